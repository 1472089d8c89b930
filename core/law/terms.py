"""How long somebody has after a reminder, and the first day on which it may cost money. Pure.

The rows say from when each country counts: the Netherlands from the day after receipt, Belgium from the day
after an e-mail or the third working day after a letter, Norway from sending.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.law.rows import Book, Segment

SATURDAY, SUNDAY = 5, 6


class Way(StrEnum):
    """How a reminder travels, as the law tells them apart: e-mail and SMS are electronic."""

    ELECTRONIC = "electronic"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Term:
    """The first and the last free day, the first day that may cost something, and the rows used."""

    starts_on: date
    ends_on: date
    first_cost_on: date
    rows: tuple[str, ...]


def term(
    *,
    book: Book,
    country: str,
    segment: Segment,
    way: Way,
    sent_on: date,
    is_holiday: Callable[[date], bool],
    received_on: date | None = None,
) -> Term:
    """Return the term that a reminder sent on this day gives.

    `received_on` is the day the reminder is known to have arrived, where that counts; else the row's days of
    post pass, as working days: a letter arrives on no Sunday or holiday, and the careful reading is the later
    day. `is_holiday` tells those of the country. Raises LawSilent where the law gives no term.
    """
    row = book.row("term", country=country, segment=segment, on=sent_on, channel=way.value)
    saturdays = book.find("saturday_is_working_day", country=country, segment=segment, on=sent_on)
    arrived_on = received_on or _after_working_days(
        sent_on, row.whole("post_days"), is_holiday=is_holiday, works_on_saturday=saturdays is not None
    )
    starts_on = arrived_on + timedelta(days=row.whole("starts_after_days"))
    first_cost_on = starts_on + timedelta(days=row.whole("days"))
    rows = (row.id,) if saturdays is None else (row.id, saturdays.id)
    return Term(starts_on, first_cost_on - timedelta(days=1), first_cost_on, rows)


def _after_working_days(
    day: date, count: int, *, is_holiday: Callable[[date], bool], works_on_saturday: bool
) -> date:
    while count:
        day += timedelta(days=1)
        rests = day.weekday() == SUNDAY or (day.weekday() == SATURDAY and not works_on_saturday)
        count -= not (rests or is_holiday(day))
    return day
