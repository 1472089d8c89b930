"""Words of the settings that depend on a value: languages, countries, zones, kinds of fields."""

from collections.abc import Iterable, Mapping
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import get_locale, gettext, ngettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from core.organisations.models import LANGUAGES
from core.organisations.settings import COUNTRIES, HOURS_A_DAY
from core.refusals import N_
from core.web.languages import country_name
from reactions.models import ReactionField

CHANNELS: Mapping[str, str] = {"email": N_("e-mail"), "sms": N_("SMS"), "letter": N_("letter")}
ZONES = ("Europe/", "Atlantic/", "Arctic/")
KINDS: Mapping[str, str] = {
    "text": N_("Text, one line"),
    "long_text": N_("Text, up to %(most)s characters"),
    "choice": N_("Choice of %(count)s"),
    "amount": N_("Amount"),
    "past_date": N_("Day up to today"),
    "future_date": N_("Day from today on"),
    "digits": N_("%(count)s digits"),
    "number": N_("Number from %(least)s to %(most)s"),
}


def language_name(code: str) -> str:
    """Return `Dutch` for `nl`, in the reader's language."""
    name: str = _locale().languages[code]
    return name[:1].upper() + name[1:]


def language_choices() -> list[SelectChoice]:
    """Return the five languages to choose from."""
    return [SelectChoice(code, language_name(code)) for code in LANGUAGES]


def country_choices() -> list[SelectChoice]:
    """Return the countries by name."""
    names = _locale().territories
    return sorted(
        (SelectChoice(code, names.get(code, code)) for code in COUNTRIES), key=lambda one: str(one.label)
    )


def country_names(codes: Iterable[str]) -> list[str]:
    """Return `Belgium` and `Germany` for `DE` and `BE`, in the reader's language."""
    return sorted(country_name(code) for code in codes)


def channel_name(channel: str) -> str:
    """Return what a channel is called."""
    return str(gettext(CHANNELS[channel])) if channel in CHANNELS else channel


def validity(hours: int) -> str:
    """Return `14 days` or `36 hours`, in the reader's language."""
    if hours % HOURS_A_DAY:
        return str(ngettext("%(num)s hour", "%(num)s hours", hours))
    return str(ngettext("%(num)s day", "%(num)s days", hours // HOURS_A_DAY))


def zone_choices(present: str) -> list[SelectChoice]:
    """Return the time zones of Europe, and the one that is chosen now."""
    near = {zone for zone in available_timezones() if zone.startswith(ZONES)} | {present}
    return [SelectChoice(zone, zone.replace("_", " ")) for zone in sorted(near)]


def kind_of(field: ReactionField) -> str:
    """Return in words what a field of a reaction asks for."""
    options = field.options
    values = {
        "most": options.get("most", options.get("count", "")),
        "least": options.get("least", ""),
        "count": len(options["choices"]) if "choices" in options else options.get("count", ""),
    }
    return str(gettext(KINDS[field.kind], **values))


def _locale() -> Locale:
    return get_locale() or Locale("en", "GB")
