"""Kinds whose answer is a day: one that was, one that comes."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date, get_month_names

from core.texts import one_line
from reactions.field_kinds.fields import Circumstances, Field, Form, Inputs
from reactions.field_kinds.languages import day, locale_of
from reactions.field_kinds.refusals import AnswerMissing, DateInFuture, DateOutOfRange, NotADate

OTHER = "other"
PARTS = ("", "-day", "-month", "-year")
BOXES = PARTS[1:]
DAYS_BACK = 730
FRIDAY = 4


class PastDate:
    """A day up to today. Option `days_back`: how far back, two years unless told."""

    name = "past_date"
    parts = PARTS

    def inputs(self, field: Field, around: Circumstances) -> Inputs:
        return Inputs("date", parts=PARTS)

    def parse(self, form: Form, field: Field, around: Circumstances) -> str:
        answer = _day_of(form, field, around)
        if answer > around.today:
            raise DateInFuture
        first = around.today - timedelta(days=field.number("days_back", DAYS_BACK))
        return _within(answer, first, around.today, around.language).isoformat()

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
        return day(date.fromisoformat(value), language)


class FutureDate:
    """A day from today on. Options: `offered`, how many days to pick from; `within_days`, how far ahead.

    Without `within_days` it may lie as far ahead as the reaction type lets promises lie.
    """

    name = "future_date"
    parts = PARTS

    def inputs(self, field: Field, around: Circumstances) -> Inputs:
        days = offered_days(around.today, self._last(field, around))
        return Inputs("date", parts=PARTS, offered=days[: field.number("offered", 0)])

    def parse(self, form: Form, field: Field, around: Circumstances) -> str:
        answer = _day_of(form, field, around)
        return _within(answer, around.today, self._last(field, around), around.language).isoformat()

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
        return day(date.fromisoformat(value), language)

    def _last(self, field: Field, around: Circumstances) -> date:
        return around.today + timedelta(days=field.number("within_days", around.promise_days))


def offered_days(today: date, last: date) -> tuple[date, ...]:
    """Return up to three days up to `last` that people pay on: today, the next Friday, the first of a month.

    Where one of them is too far, a week from now or tomorrow stands in. In the order of the calendar.
    """
    friday = today + timedelta(days=(FRIDAY - today.weekday() - 1) % 7 + 1)
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    wishes = (today, friday, first, today + timedelta(days=7), today + timedelta(days=1))
    fitting = dict.fromkeys(wish for wish in wishes if wish <= last)
    return tuple(sorted(list(fitting)[:3]))


def _day_of(form: Form, field: Field, around: Circumstances) -> date:
    picked = form.get(field.key, "").strip()
    boxes = [one_line(form.get(field.key + part, "")) for part in BOXES]
    if not picked or picked == OTHER:
        if not any(boxes):
            raise AnswerMissing(label=field.label)
        return _from_boxes(boxes, around)
    try:
        return date.fromisoformat(picked)
    except ValueError:
        raise _not_a_date(around) from None


def _from_boxes(boxes: list[str], around: Circumstances) -> date:
    day_text, month_text, year_text = boxes
    month = _month(month_text, around.language)
    if (
        month is None
        or not re.fullmatch("[0-9]{1,2}", day_text)
        or not re.fullmatch("[0-9]{2}|[0-9]{4}", year_text)
    ):
        raise _not_a_date(around)
    year = int(year_text) if len(year_text) == 4 else 2000 + int(year_text)
    try:
        return date(year, month, int(day_text))
    except ValueError:
        raise _not_a_date(around) from None


def _month(text: str, language: str) -> int | None:
    """Return the month of `11`, `nov` or `november` in the visitor's language."""
    if re.fullmatch("[0-9]{1,2}", text):
        return int(text)
    wanted = text.lower().rstrip(".")
    names = get_month_names("wide", locale=locale_of(language))
    meant = [number for number, name in names.items() if len(wanted) >= 3 and name.lower().startswith(wanted)]
    return meant[0] if len(meant) == 1 else None


def _not_a_date(around: Circumstances) -> NotADate:
    return NotADate(example=format_date(around.today, "d M y", locale=locale_of(around.language)))


def _within(answer: date, first: date, last: date, language: str) -> date:
    if not first <= answer <= last:
        raise DateOutOfRange(first=day(first, language), last=day(last, language))
    return answer
