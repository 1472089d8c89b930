"""The forms of an invoice: a new one, a payment, a credit note, and why one of these is taken back."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from core.money import CURRENCIES
from desk.forms.fields import AmountField, NeededAmount, a_day, choices, line
from invoices.taking_back import LONGEST_REASON


class PaymentForm(FlaskForm):
    """Money received. `open_before` is what the page showed as open: a form sent twice is entered once."""

    amount = AmountField(lazy_gettext("Amount"), id="payment-amount", validators=[NeededAmount()])
    paid_on = a_day(lazy_gettext("Received on"))
    reference = line(lazy_gettext("Reference"), most=140)
    open_before = IntegerField(widget=HiddenInput(), validators=[Optional()])


class CreditNoteForm(FlaskForm):
    """An amount taken off."""

    number = line(lazy_gettext("Number of the credit note"), most=60, needed=True)
    amount = AmountField(lazy_gettext("Amount"), id="credit-note-amount", validators=[NeededAmount()])
    credited_on = a_day(lazy_gettext("Date"))


class TakeBackForm(FlaskForm):
    """Why a payment or credit note is taken back."""

    reason = line(lazy_gettext("Why"), most=LONGEST_REASON, needed=True)


class NewInvoiceForm(FlaskForm):
    """An invoice by hand; the view sets the creditors."""

    creditor = SelectField(lazy_gettext("Creditor"), choices=[])
    number = line(lazy_gettext("Invoice number"), most=60, needed=True)
    invoiced_on = a_day(lazy_gettext("Invoice date"))
    due_on = a_day(lazy_gettext("Due date"))
    currency = SelectField(
        lazy_gettext("Currency"), choices=choices([(code, code) for code in sorted(CURRENCIES)])
    )
    amount = AmountField(lazy_gettext("Amount"), validators=[NeededAmount()])
    description = line(lazy_gettext("Description"), most=240)
    payment_reference = line(lazy_gettext("Payment reference"), most=60)
