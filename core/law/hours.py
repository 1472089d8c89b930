"""At which hours people may be approached about money, by country, from the rows of law. Pure.

A country without a row that holds on the day has the hours of `ANYWHERE`. The rows for consumers count for
everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from core.law.holidays import RULE as HOLIDAYS
from core.law.holidays import is_holiday
from core.law.rows import ANYWHERE, Book, LawMisread, LawSilent, Row

RULE = "contact_hours"
SATURDAY, SUNDAY = 5, 6
WEEKDAYS = "weekdays"
# A day that a row does not name has no hours.
DAYS: Mapping[int, str] = {SATURDAY: "saturdays", SUNDAY: "sundays"}


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` until just before `closes`, on the clock that counts there."""

    opens: time
    closes: time


@lru_cache(maxsize=2048)
def hours_on(*, book: Book, country: str, day: date) -> Hours | None:
    """Return the hours of a day in a country (ISO 3166), None on one without any. Raises LawSilent."""
    if is_holiday(book=book, country=country, day=day):
        return None
    return hours_of(_row(book, country, day)).get(DAYS.get(day.weekday(), WEEKDAYS))


def hours_of(row: Row) -> dict[str, Hours]:
    """Return the hours that a row names, by kind of day. Raises LawMisread."""
    if WEEKDAYS not in row.values or not row.values.keys() <= {WEEKDAYS, *DAYS.values()}:
        raise LawMisread(f"{row.id}: it names hours as {WEEKDAYS}, and perhaps {', '.join(DAYS.values())}.")
    try:
        found = {name: _read(row.text(name)) for name in row.values}
    except ValueError as error:
        raise LawMisread(f"{row.id}: {error}") from error
    if any(one.opens >= one.closes for one in found.values()):
        raise LawMisread(f"{row.id}: it closes before it opens.")
    return found


def countries_of(book: Book) -> frozenset[str]:
    """Return the countries that have hours or holidays of their own, `ANYWHERE` among them."""
    return frozenset(row.country for row in book.rows if row.rule in (RULE, HOLIDAYS))


def _row(book: Book, country: str, day: date) -> Row:
    for place in (country, ANYWHERE):
        for row in book.every(RULE, country=place):
            if row.is_dated(day):
                return row
    raise LawSilent(rule=RULE, country=country, on=day.isoformat())


def _read(written: str) -> Hours:
    """Return the hours of `07:00-20:00`."""
    opens, _, closes = written.partition("-")
    return Hours(time.fromisoformat(opens), time.fromisoformat(closes))
