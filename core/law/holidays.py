"""Public holidays by country, from the rows of law: nobody is approached about money then. Pure.

A row names days of every year, days after Easter, or dates that only one year has. A country without any row
has those of `ANYWHERE`. The rows for consumers count for everybody.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from core.law.rows import Book, LawMisread, Row

RULE = "holidays"
SUNDAY = 6


def is_holiday(*, book: Book, country: str, day: date) -> bool:
    """Return whether the day is a holiday in the country (ISO 3166, `NL`); Sundays apart."""
    return day in _holidays(book, country, day.year)


@lru_cache(maxsize=512)
def _holidays(book: Book, country: str, year: int) -> frozenset[date]:
    rows = book.every(RULE, country=country)
    return frozenset(day for row in rows for day in days_of(row, year) if row.is_dated(day))


def days_of(row: Row, year: int) -> Iterator[date]:
    """Return the days that a row names in a year, whatever its own days are. Raises LawMisread."""
    named = {name: written for name, written in row.values.items() if name != "kind"}
    if not named or not named.keys() <= NAMED.keys():
        raise LawMisread(f"{row.id}: it names days as {', '.join(NAMED)}.")
    for name, written in named.items():
        try:
            yield from NAMED[name](written, year)
        except (TypeError, ValueError, AttributeError) as error:
            raise LawMisread(f"{row.id}: {name}: {error}") from error


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


def _every_year(written: Iterable[str], year: int) -> Iterator[date]:
    """Return the days of a list such as `["01-01", "12-25"]` (month and day)."""
    return (date.fromisoformat(f"{year:04}-{one}") for one in written)


def _not_on_sundays(written: Iterable[str], year: int) -> Iterator[date]:
    """Return the same days, each of them the day before where it is a Sunday."""
    return (day - timedelta(days=day.weekday() == SUNDAY) for day in _every_year(written, year))


def _after_easter(written: Iterable[int], year: int) -> Iterator[date]:
    """Return the days so many days after Easter Sunday, or before it."""
    return (easter(year) + timedelta(days=number) for number in written)


def _dates(written: Iterable[date], year: int) -> Iterator[date]:
    """Return those of the dates that lie in the year."""
    return (day for day in written if day.year == year)


NAMED: Mapping[str, Callable[..., Iterator[date]]] = MappingProxyType(
    {
        "every_year": _every_year,
        "not_on_sundays": _not_on_sundays,
        "after_easter": _after_easter,
        "dates": _dates,
    }
)
