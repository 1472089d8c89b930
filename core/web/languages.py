"""The five languages: which one a page speaks, and where the catalogues lie."""

from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext

from core.refusals import Language, Phrase, Refusal

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
    """Return a refusal's sentence in the language of this request."""
    return filled(refusal.sentence, refusal.values)


def filled(sentence: str, values: Mapping[str, Any]) -> str:
    """Return a room's sentence in the language of this request with these values: a country, languages,
    phrases and the refusals that explain it in its words."""
    return str(gettext(sentence, **{name: _shown(name, value) for name, value in values.items()}))


def _shown(name: str, value: Any) -> Any:
    match value:
        case Language():
            return language_name(value)
        case Phrase():
            return gettext(value)
        case Refusal():
            return sentence_of(value)
        case str() if name == "country":
            # By its name: values that were stored have no type left.
            return country_name(value)
        case _:
            return value


def country_name(code: str) -> str:
    """Return a country's name (of its ISO 3166 code) in the language of this request."""
    return str(Locale.parse(LOCALES[language()]).territories.get(code, code))


def language_name(code: str) -> str:
    """Return a language's name, such as `Dutch` for `nl`, as it stands in a sentence of this request."""
    return str(Locale.parse(LOCALES[language()]).languages.get(code, code))


def _locale() -> str:
    return LOCALES[language()]


def locale_code() -> str:
    """Return the Babel locale of this request, such as `nl` or `en_GB`."""
    return str(get_locale())
