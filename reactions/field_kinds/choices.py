"""The kind whose answer is one of a few."""

from collections.abc import Mapping
from typing import Any

from reactions.field_kinds.fields import Circumstances, Field, Form, Inputs
from reactions.field_kinds.refusals import NotAChoice


class Choice:
    """One of the choices; stored is its key. Option `choices`: the keys, in order."""

    name = "choice"
    parts = ("",)

    def inputs(self, field: Field, around: Circumstances) -> Inputs:
        return Inputs("radios", options=tuple(field.choices.items()))

    def parse(self, form: Form, field: Field, around: Circumstances) -> str:
        key = form[field.key].strip()
        if key not in field.choices:
            raise NotAChoice
        return key

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
        return choices.get(str(value), str(value))
