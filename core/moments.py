"""A moment in full, as people of each language write it in a sentence: pages and messages say it alike."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

# Locale and CLDR pattern. Dutch writes a point between hours and minutes before "uur".
_PATTERNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "nl": ("nl", "EEEE d MMMM y 'om' HH.mm 'uur'"),
        "fr": ("fr", "EEEE d MMMM y 'à' HH:mm"),
        "de": ("de", "EEEE, d. MMMM y 'um' HH:mm 'Uhr'"),
        "en": ("en_GB", "EEEE d MMMM y 'at' HH:mm"),
        "nb": ("nb", "EEEE d. MMMM y 'kl.' HH:mm"),
    }
)


@lru_cache(maxsize=4096)
def in_full(at: datetime, *, language: str, zone: str) -> str:
    """Return `zaterdag 5 december 2026 om 23.59 uur`: `at` (aware) on the clock of the IANA `zone`."""
    locale, pattern = _PATTERNS[language]
    return format_datetime(at.astimezone(ZoneInfo(zone)), pattern, locale=locale)
