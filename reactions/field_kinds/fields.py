"""What a kind gets to know of a question and of the moment, and what it tells about its form inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

Json = str | int | dict[str, Any]
Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a reaction type in one language. `choices` maps keys to labels, in order."""

    key: str
    kind: str
    label: str
    hint: str = ""
    is_optional: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, otherwise: int) -> int:
        """Return a whole number of the options."""
        return int(self.options.get(name, otherwise))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and about what somebody answers.

    `today` is the day in the organisation's zone; `open_amounts` holds, per currency, what is open on the
    chosen invoices in minor units; `promise_days` is how far ahead a promised day may lie.
    """

    today: date
    language: str
    open_amounts: Mapping[str, int] = field(default_factory=dict)
    promise_days: int = 14


@dataclass(frozen=True, slots=True)
class Inputs:
    """How a question is drawn: which control, and what that control needs.

    `control` is text, textarea, amount, radios or date; `parts` are the endings of the names of its inputs
    ("" is the field's own name). `most` counts characters, `width` is how many an answer has; `offered` are
    days to pick from at once.
    """

    control: str
    parts: tuple[str, ...] = ("",)
    most: int | None = None
    width: int | None = None
    is_number: bool = False
    currencies: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    offered: tuple[date, ...] = ()


class FieldKind(Protocol):
    """One kind of question.

    `parse` gets values of which at least one is not blank and raises an `AnswerRefused`; what it returns can
    be stored as JSON. `show` writes a stored value in a language.
    """

    @property
    def name(self) -> str: ...

    @property
    def parts(self) -> tuple[str, ...]: ...

    def inputs(self, field: Field, around: Circumstances) -> Inputs: ...

    def parse(self, form: Form, field: Field, around: Circumstances) -> Json: ...

    def show(self, value: Any, *, language: str, choices: Mapping[str, str]) -> str: ...
