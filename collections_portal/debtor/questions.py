"""The reaction page's form: the answers an organisation offers, with what was typed and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _

from core.web.formats import weekday_day
from core.web.languages import language
from reactions import working_days
from reactions.field_kinds.dates import OTHER
from reactions.field_kinds.fields import Circumstances, Field, Inputs
from reactions.field_kinds.table import inputs_of
from reactions.operations.submission import Owed, circumstances
from reactions.queries.offered import OfferedType

WIDTHS = ((4, "w-4"), (8, "w-8"))
WIDEST = "w-20"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form brought, and what of it was refused.

    `invoices` are public ids; `errors` maps a field's key to a sentence.
    """

    type_key: str = ""
    invoices: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, str]:
        """The values of the chosen type's fields, by the field's own key; those of other types stay out."""
        prefix = f"{self.type_key}."
        return {
            name.removeprefix(prefix): value for name, value in self.values.items() if name.startswith(prefix)
        }

    def refused(self, errors: Mapping[str, str]) -> "Typed":
        """Return the same with what is wrong."""
        return replace(self, errors=errors)


def errors_on(choices: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return (id of the control, sentence) of each error in what `choices_of` returned."""
    fields = [field for choice in choices for field in choice["fields"]]
    return [(field["error_at"], field["error"]) for field in fields if field["error"]]


def choices_of(
    types: Sequence[OfferedType], *, invoices: Sequence[Owed], typed: Typed, today: date
) -> list[dict[str, Any]]:
    """Return the choices as `components/debtor/choice_list.html` draws them."""
    choices = []
    for type_ in types:
        around = circumstances(
            invoices=invoices, today=today, language=language(), promise_days=type_.promise_days
        )
        errors = typed.errors if type_.key == typed.type_key else {}
        choices.append(
            {
                "key": type_.key,
                "label": type_.label,
                "hint": type_.hint,
                "consequence": _consequence(type_, today),
                "fields": [_drawn(type_.key, asked, around, typed.values, errors) for asked in type_.fields],
            }
        )
    return choices


def later_of(types: Sequence[OfferedType]) -> str | None:
    """Return the key of the type that promises to pay on a day, if one is offered."""
    return next((type_.key for type_ in types if _asks_for(type_, "promised_on")), None)


def _asks_for(type_: OfferedType, what: str) -> bool:
    return any(asked.options.get("sets") == what for asked in type_.fields)


def _consequence(type_: OfferedType, today: date) -> str | None:
    """Return what choosing this type means: by when there is an answer, and that reminders wait."""
    if type_.review_days:
        day = weekday_day(working_days.after(today, type_.review_days), language())
        if type_.exempts:
            return str(_("You get an answer by %(day)s. Until then we send no reminders.", day=day))
        return str(_("You get an answer by %(day)s.", day=day))
    if not type_.exempts:
        return None
    if _asks_for(type_, "promised_on") or _asks_for(type_, "review_on"):
        return str(_("We send no reminders until the day that you fill in here."))
    return str(_("We send no reminders until you have our answer."))


def _drawn(
    type_key: str, asked: Field, around: Circumstances, values: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, Any]:
    # The fields of all types are sent together; a full stop keeps them apart.
    name = f"{type_key}.{asked.key}"
    inputs = inputs_of(asked, around)
    here, value = f"{type_key}-{asked.key}", values.get(name, "")
    return {
        "kind": inputs.control,
        "id": here,
        # An error of another date than the offered ones is about its boxes.
        "error_at": f"{here}-day" if inputs.offered and value == OTHER else here,
        "name": name,
        "label": asked.label,
        "hint": asked.hint,
        "optional": asked.is_optional,
        "error": errors.get(asked.key),
        "value": value,
        "most": inputs.most,
        "width": _width(inputs),
        "currency": inputs.currencies[0] if len(inputs.currencies) == 1 else "",
        "options": inputs.options,
        "offered": [(day.isoformat(), weekday_day(day, language())) for day in inputs.offered],
        "day": values.get(f"{name}-day", ""),
        "month": values.get(f"{name}-month", ""),
        "year": values.get(f"{name}-year", ""),
    }


def _width(inputs: Inputs) -> str | None:
    if inputs.width is None:
        return None
    return next((css for most, css in WIDTHS if inputs.width <= most), WIDEST)
