"""The forms of bank statements: a file, amounts for invoices, a reason to lay a line aside."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from desk import bank_words, import_words
from desk.forms.fields import REQUIRED, AmountField, choices
from invoices.importing.amounts import DecimalSign
from invoices.importing.dates import DateOrder

# An amount for an invoice is sent as `amount_` and the invoice's public id.
AMOUNT = "amount_"
MOST_AMOUNTS = 100


AS_FOUND = ("", lazy_gettext("As found in the file"))


class StatementForm(FlaskForm):
    """A file from the bank, and how a table in it is read where that cannot be told."""

    file = FileField(lazy_gettext("File"), validators=[FileRequired(lazy_gettext("Choose a file."))])
    date_order = SelectField(
        lazy_gettext("Dates"),
        choices=choices(
            [AS_FOUND, *((one.value, lazy_gettext(name)) for one, name in import_words.DATE_ORDERS.items())]
        ),
    )
    decimal_sign = SelectField(
        lazy_gettext("Amounts"),
        choices=choices(
            [AS_FOUND, *((one.value, lazy_gettext(name)) for one, name in import_words.DECIMAL_SIGNS.items())]
        ),
    )

    def chosen_order(self) -> DateOrder | None:
        """Return how dates are written, None for as found."""
        return DateOrder(self.date_order.data) if self.date_order.data else None

    def chosen_sign(self) -> DecimalSign | None:
        """Return what stands before the cents, None for as found."""
        return DecimalSign(self.decimal_sign.data) if self.decimal_sign.data else None


class SettleForm(FlaskForm):
    """Amounts for invoices, added by `settle_form`. `left_before` is what the page showed as left."""

    left_before = IntegerField(widget=HiddenInput(), validators=[InputRequired(REQUIRED)])

    @property
    def amounts(self) -> Mapping[str, int]:
        """The amounts that were entered, in minor units by the invoice's public id."""
        entered = {name.removeprefix(AMOUNT): field.data for name, field in self._fields.items() if _is(name)}
        return {public_id: amount for public_id, amount in entered.items() if amount is not None}

    @property
    def public_ids(self) -> list[str]:
        """The invoices that have a field."""
        return [name.removeprefix(AMOUNT) for name in self._fields if _is(name)]

    def amount_for(self, public_id: str) -> Any:
        """Return the field of an invoice."""
        return self[f"{AMOUNT}{public_id}"]


class IgnoreForm(FlaskForm):
    """Why a line concerns no invoice."""

    reason = SelectField(
        lazy_gettext("Reason"),
        choices=choices((reason.value, lazy_gettext(name)) for reason, name in bank_words.REASONS.items()),
    )
    left_before = IntegerField(widget=HiddenInput(), validators=[InputRequired(REQUIRED)])


def named_in_request() -> list[str]:
    """Return the public ids of the invoices for which a field was sent."""
    sent = [name.removeprefix(AMOUNT) for name in request.form if _is(name)]
    return sent[:MOST_AMOUNTS]


def settle_form(
    names: Iterable[tuple[str, str]],
    *,
    currency: str,
    amounts: Mapping[str, int] | None = None,
    left: int | None = None,
) -> SettleForm:
    """Return the form with a field for each invoice (public id, number).

    Filled in with `amounts` and `left` to show it first; without them with what was sent.
    """
    fields = {f"{AMOUNT}{each}": AmountField(number, validators=[Optional()]) for each, number in names}
    kind = type("SettleFormHere", (SettleForm,), fields)
    first = {f"{AMOUNT}{each}": amount for each, amount in (amounts or {}).items()}
    form: SettleForm = kind() if left is None else kind(formdata=None, data=first | {"left_before": left})
    for name, field in form._fields.items():
        if _is(name):
            field.currency = currency
    return form


def settle_form_as_sent(**options: Any) -> SettleForm:
    """Return the form with a field for each amount that was sent; which invoice it was for is not asked."""
    label = lazy_gettext("Amount to book")
    fields = {f"{AMOUNT}{each}": AmountField(label) for each in named_in_request()}
    form: SettleForm = type("SettleFormSent", (SettleForm,), fields)(**options)
    return form


def _is(name: str) -> bool:
    return name.startswith(AMOUNT)
