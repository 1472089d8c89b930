"""Kinds whose answer is written text: a line, several lines, digits, a whole number."""

import re
from collections.abc import Mapping
from typing import Any

from core.texts import one_line, several_lines
from reactions.field_kinds.fields import Circumstances, Field, Form, Inputs
from reactions.field_kinds.languages import whole
from reactions.field_kinds.refusals import AnswerTooLong, NotANumber, NotDigits

LINE = 200
LINES = 1000


def _fitting(text: str, most: int, language: str) -> str:
    if len(text) > most:
        raise AnswerTooLong(length=whole(len(text), language), most=whole(most, language))
    return text


class Text:
    """One line. Option `most`: how many characters."""

    name = "text"
    parts = ("",)

    def inputs(self, field: Field, around: Circumstances) -> Inputs:
        return Inputs("text", most=field.number("most", LINE))

    def parse(self, form: Form, field: Field, around: Circumstances) -> str:
        return _fitting(one_line(form[field.key]), field.number("most", LINE), around.language)

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
        return str(value)


class LongText:
    """Several lines. Option `most`: how many characters; a line end counts as one."""

    name = "long_text"
    parts = ("",)

    def inputs(self, field: Field, around: Circumstances) -> Inputs:
        return Inputs("textarea", most=field.number("most", LINES))

    def parse(self, form: Form, field: Field, around: Circumstances) -> str:
        return _fitting(several_lines(form[field.key]), field.number("most", LINES), around.language)

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
        return str(value)


class Digits:
    """Exactly `count` digits, such as the last four of an account; blanks and dots are left out."""

    name = "digits"
    parts = ("",)

    def inputs(self, field: Field, around: Circumstances) -> Inputs:
        return Inputs("text", width=field.number("count", 4), is_number=True)

    def parse(self, form: Form, field: Field, around: Circumstances) -> str:
        count = field.number("count", 4)
        digits = re.sub(r"[ .\-]", "", one_line(form[field.key]))
        if not re.fullmatch(f"[0-9]{{{count}}}", digits):
            raise NotDigits(count=count)
        return digits

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
        return str(value)


class Number:
    """A whole number from `least` up to `most`."""

    name = "number"
    parts = ("",)

    def inputs(self, field: Field, around: Circumstances) -> Inputs:
        return Inputs("text", width=len(str(field.number("most", 999))), is_number=True)

    def parse(self, form: Form, field: Field, around: Circumstances) -> int:
        least, most = field.number("least", 1), field.number("most", 999)
        text = one_line(form[field.key])
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise NotANumber(least=least, most=most)
        return int(text)

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
        return whole(int(value), language)
