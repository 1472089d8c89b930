"""The table of kinds, and the one way to read and show answers. A new kind is one more line here."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.refusals import N_, Refusal
from reactions.field_kinds.amounts import Amount
from reactions.field_kinds.choices import Choice
from reactions.field_kinds.dates import FutureDate, PastDate
from reactions.field_kinds.fields import Circumstances, Field, FieldKind, Form, Inputs, Json
from reactions.field_kinds.refusals import AnswerMissing, AnswerRefused
from reactions.field_kinds.texts import Digits, LongText, Number, Text

KINDS: Mapping[str, FieldKind] = {
    kind.name: kind
    for kind in (Text(), LongText(), Choice(), Amount(), PastDate(), FutureDate(), Digits(), Number())
}


class AnswersRefused(Refusal):
    """One or more answers have to be changed. `errors` maps a field's key to (sentence, its values)."""

    sentence = N_("Your reaction has not been saved yet.")

    def __init__(self, errors: dict[str, tuple[str, dict[str, Any]]]) -> None:
        self.errors = errors
        super().__init__()


def inputs_of(field: Field, around: Circumstances) -> Inputs:
    """Return how the question is drawn."""
    return KINDS[field.kind].inputs(field, around)


def read(form: Form, field: Field, around: Circumstances) -> Json | None:
    """Return the answer as it is stored, or None for an optional question left empty. Raises AnswerRefused.

    `form` holds the values by the field's key and, where the kind has more inputs, `<key>-day` and so on.
    """
    kind = KINDS[field.kind]
    given = {field.key + part: form.get(field.key + part, "") for part in kind.parts}
    if any(value.strip("\x00\ufeff \t\r\n") for value in given.values()):
        answer = kind.parse(given, field, around)
        if answer != "":
            return answer
    if field.is_optional:
        return None
    raise AnswerMissing(label=field.label)


def read_all(form: Form, fields: Sequence[Field], around: Circumstances) -> list[dict[str, Any]]:
    """Return the answers as a reaction keeps them: {key, kind, label, value, shown}; empty ones are left out.

    Values of the form that belong to no field are ignored. Raises AnswersRefused with every error at once.
    """
    answers, errors = [], {}
    for field in fields:
        try:
            value = read(form, field, around)
        except AnswerRefused as refusal:
            errors[field.key] = (refusal.sentence, refusal.values)
            continue
        if value is not None:
            shown = show(field.kind, value, language=around.language, choices=field.choices)
            answers.append(
                {"key": field.key, "kind": field.kind, "label": field.label, "value": value, "shown": shown}
            )
    if errors:
        raise AnswersRefused(errors)
    return answers


def show(kind: str, value: Any, *, language: str, choices: Mapping[str, str]) -> str:
    """Return a stored answer as people read it in the language."""
    return KINDS[kind].show(value, language=language, choices=choices)
