"""The five languages: which one a page speaks, and where the catalogues lie."""

from contextvars import ContextVar
from pathlib import Path

from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext

from core.refusals import Country, Refusal

ROOT = Path(__file__).resolve().parents[2]
LOCALES = {"nl": "nl", "fr": "fr", "de": "de", "en": "en_GB", "nb": "nb"}
OWN_NAMES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English", "nb": "Norsk"}
# Later packages win where two of them translate one source text.
PACKAGES = (
    "core",
    "invoices",
    "links",
    "messaging",
    "reactions",
    "dunning",
    "desk",
    "settings",
    "collections_portal",
)
# A page asks a hundred times; Flask's `g` finds its request anew each time.
_spoken: ContextVar[str | None] = ContextVar("language", default=None)


def install(app: Flask) -> None:
    """Load a catalogue for each package that has one, and choose the locale per request."""
    present = [name for name in PACKAGES if (ROOT / name / "translations").is_dir()]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(
        str(ROOT / name / "translations") for name in present
    )
    app.config["BABEL_DOMAIN"] = ";".join(present) or "messages"
    Babel(app, default_locale="en_GB", locale_selector=_locale, timezone_selector=zone)
    app.teardown_request(_fall_silent)


def _fall_silent(_error: BaseException | None) -> None:
    _spoken.set(None)


def speak(language: str) -> None:
    """Make the rest of this request speak the language (one of the five)."""
    _spoken.set(language if language in LOCALES else "en")


def language() -> str:
    """Return the language of this request: what a door decided, else the browser's wish, else English."""
    chosen = _spoken.get()
    if chosen is None:
        chosen = request.accept_languages.best_match((*LOCALES, "no", "nn")) or "en"
        chosen = "nb" if chosen in ("no", "nn") else chosen
        _spoken.set(chosen)
    return chosen


def zone() -> str:
    """Return the IANA zone of the organisation whose pages are shown."""
    name: str = g.get("zone", "Europe/Amsterdam")
    return name


def sentence_of(refusal: Refusal) -> str:
    """Return a refusal's sentence in the language of this request, with countries by their names."""
    values = {
        name: country_name(value) if isinstance(value, Country) else value
        for name, value in refusal.values.items()
    }
    return str(gettext(refusal.sentence, **values))


def country_name(code: str) -> str:
    """Return a country's name (of its ISO 3166 code) in the language of this request."""
    return str(Locale.parse(LOCALES[language()]).territories.get(code, code))


def _locale() -> str:
    return LOCALES[language()]


def locale_code() -> str:
    """Return the Babel locale of this request, such as `nl` or `en_GB`."""
    return str(get_locale())
