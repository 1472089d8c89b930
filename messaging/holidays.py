"""The days on which nobody is approached about money: public holidays by country, each with its source.

A feast that moves with Easter is a rule, one with a fixed date is a row, and a day that only one year has
is a dated row. Pure rules, without database or clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

SUNDAY = 6
NL = "Algemene termijnenwet, art. 3(1)"
NL_EQUATED = "Algemene termijnenwet, art. 3(3): Besluit gelijkstelling feestdagen"
NO = "Lov om 1 og 17 mai; lov om helligdager og helligdagsfred, § 2"
BE = "Wet van 4 januari 1974, koninklijk besluit van 18 april 1974, art. 1"
DE = "Feiertagsgesetze der Länder: the days that all sixteen have"
FR = "Code du travail, art. L3133-1"
LU = "Code du travail, art. L.232-2"
EVERYWHERE = "Our own choice where no list of the country is known"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday: `day` gives its date in a year, or None when that year has none."""

    day: Callable[[int], date | None]
    source: str


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (the anonymous computus of Meeus, Astronomical Algorithms)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, after_leap = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * leaps - epact - after_leap) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _after_easter(days: int, source: str) -> Holiday:
    return Holiday(lambda year: easter(year) + timedelta(days=days), source)


def _every(month: int, day: int, source: str) -> Holiday:
    return Holiday(lambda year: date(year, month, day), source)


def _once(day: date, source: str) -> Holiday:
    return Holiday(lambda year: day if day.year == year else None, source)


def _kings_day(year: int) -> date:
    """Return 27 April, or the day before when that is a Sunday."""
    day = date(year, 4, 27)
    return day - timedelta(days=1) if day.weekday() == SUNDAY else day


def _all(days: str, source: str, *, easter_plus: tuple[int, ...]) -> tuple[Holiday, ...]:
    """Return the holidays of a list such as `1-1 12-25` (month-day) and those so many days after Easter."""
    fixed = (tuple(map(int, each.split("-"))) for each in days.split())
    return (
        *(_every(month, day, source) for month, day in fixed),
        *(_after_easter(number, source) for number in easter_plus),
    )


HOLIDAYS: Mapping[str, tuple[Holiday, ...]] = MappingProxyType(
    {
        "NL": (
            *_all("1-1 5-5 12-25 12-26", NL, easter_plus=(1, 39, 50)),
            Holiday(_kings_day, NL),
            _after_easter(-2, "Algemene termijnenwet, art. 3(2)"),
            _once(date(2026, 1, 2), NL_EQUATED),
            _once(date(2026, 5, 15), NL_EQUATED),
            _once(date(2027, 5, 7), NL_EQUATED),
            _once(date(2028, 4, 28), NL_EQUATED),
            _once(date(2028, 5, 26), NL_EQUATED),
        ),
        "NO": _all("1-1 5-1 5-17 12-25 12-26", NO, easter_plus=(-3, -2, 0, 1, 39, 49, 50)),
        "BE": _all("1-1 5-1 7-21 8-15 11-1 11-11 12-25", BE, easter_plus=(1, 39, 50)),
        "DE": _all("1-1 5-1 10-3 12-25 12-26", DE, easter_plus=(-2, 1, 39, 50)),
        "FR": _all("1-1 5-1 5-8 7-14 8-15 11-1 11-11 12-25", FR, easter_plus=(1, 39, 50)),
        "LU": _all("1-1 5-1 5-9 6-23 8-15 11-1 12-25 12-26", LU, easter_plus=(1, 39, 50)),
        "": _all("1-1 12-25", EVERYWHERE, easter_plus=()),
    }
)


def is_holiday(*, country: str, day: date) -> bool:
    """Return whether nobody in the country (ISO 3166, `NL`) is approached on this day; Sundays apart."""
    return day in _holidays(country if country in HOLIDAYS else "", day.year)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    days = (holiday.day(year) for holiday in HOLIDAYS[country])
    return frozenset(day for day in days if day is not None)
