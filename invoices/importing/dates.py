"""Dates as people and programs write them: 5-11-2026, 11/5/2026, 2026-11-05, 20261105."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from core.refusals import N_, Refusal


class DateOrder(StrEnum):
    """In which order day, month and year stand. A year of four digits in front speaks for itself."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class DateUnreadable(Refusal):
    """The text has not the form of a date in the chosen order."""

    sentence = N_("This cannot be read as a date.")


class DateImpossible(Refusal):
    """The form is right, the day is not in the calendar."""

    sentence = N_("This date does not exist.")


class YearTooShort(Refusal):
    """The year has two digits and nobody said which century is meant."""

    sentence = N_("The year has two digits. Write it with four.")


class YearUnlikely(Refusal):
    """The year lies outside 1970 to 2099: a typing error, or a number that is no date."""

    sentence = N_("The year is not between 1970 and 2099.")


_TIME = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_DATE = re.compile(r"(\d{1,4})(?: ?[-/.] ?| )(\d{1,2})(?: ?[-/.] ?| )(\d{1,4})\.?" + _TIME, re.ASCII)
_COMPACT = re.compile(r"\d{8}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1970, 2099


def read_date(text: str, *, order: DateOrder, two_digit_years: bool = False) -> date:
    """Return the date a text says. A time behind it is left out; two digits of a year mean 20xx if allowed.

    Refuses `DateUnreadable`, `YearTooShort`, `DateImpossible` and `YearUnlikely`.
    """
    year, month, day = _parts(" ".join(text.split()), order)
    if len(year) == 2:
        if not two_digit_years:
            raise YearTooShort
        year = f"20{year}"
    try:
        found = date(int(year), int(month), int(day))
    except ValueError as error:
        raise DateImpossible from error
    return likely(found)


def likely(day: date) -> date:
    """Return the day. Refuses `YearUnlikely`: in some programs 9999 stands for "never", which is no day."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise YearUnlikely
    return day


def date_readings(text: str) -> Mapping[DateOrder, date]:
    """Return the date the text would be in each order in which it is one; years of two digits count."""
    readings = {}
    for order in DateOrder:
        try:
            readings[order] = read_date(text, order=order, two_digit_years=True)
        except Refusal:
            continue
    return readings


def has_two_digit_year(text: str) -> bool:
    """Tell whether the text is a date whose year has two digits."""
    match = _DATE.fullmatch(" ".join(text.split()))
    return match is not None and len(match[1]) <= 2 and len(match[3]) == 2


def _parts(text: str, order: DateOrder) -> tuple[str, str, str]:
    """Return year, month and day as written; refuses a text in which the year is not where the order says."""
    if _COMPACT.fullmatch(text):
        cut = 4 if order == DateOrder.YMD else 2
        first, second, third = text[:cut], text[cut : cut + 2], text[cut + 2 :]
    elif match := _DATE.fullmatch(text):
        first, second, third = match.groups()
    else:
        raise DateUnreadable
    if len(first) == 4 or order == DateOrder.YMD:
        year, month, day = first, second, third
    elif order == DateOrder.DMY:
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    if len(year) not in (2, 4) or len(day) > 2:
        raise DateUnreadable
    return year, month, day
