"""The forms of the organisation itself: its data, its creditors, its SMS, its links and look."""

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField

from core.organisations.creditors import RULES as CREDITOR_RULES
from core.organisations.models import Creditor, Organisation
from core.organisations.settings import HOURS_A_DAY, mark_of, values_of
from settings.forms import fields
from settings.words import country_choices, language_choices, zone_choices

PROFILE = (
    "name",
    "country",
    "zone",
    "language",
    "support_phone",
    "support_hours",
    "support_email",
    "postal_address",
    "register_number",
    "debt_help_name",
    "debt_help_phone",
    "collection_messages_a_week",
    "payment_data_days",
)
SMS = ("sms_per_day", "sms_countries")
OTHER = ("link_validity_hours", "accent")
UNITS = (("days", lazy_gettext("days")), ("hours", lazy_gettext("hours")))


class ProfileForm(FlaskForm):
    """Who the organisation is, and how people reach it."""

    mark = HiddenField()
    name = StringField(lazy_gettext("Name"))
    country = SelectField(lazy_gettext("Country"))
    zone = SelectField(lazy_gettext("Time zone"))
    language = SelectField(lazy_gettext("Language"))
    support_phone = StringField(lazy_gettext("Telephone"))
    support_hours = StringField(lazy_gettext("When you can be reached"))
    support_email = StringField(lazy_gettext("E-mail address"))
    postal_address = StringField(lazy_gettext("Postal address"))
    register_number = StringField(lazy_gettext("Register number"))
    debt_help_name = StringField(lazy_gettext("Help with debts: who"))
    debt_help_phone = StringField(lazy_gettext("Help with debts: telephone"))
    collection_messages_a_week = StringField(lazy_gettext("Reminders to one debtor a week, at most"))
    payment_data_days = StringField(lazy_gettext("Payment data is at most this many days old"))

    def values(self) -> dict[str, str]:
        """Return what was typed, by setting."""
        return {name: self[name].data or "" for name in PROFILE}


class OtherForm(FlaskForm):
    """How long links are valid, and the colour of the debtor's pages."""

    mark = HiddenField()
    number = StringField(lazy_gettext("Links are valid for"))
    unit = SelectField(
        lazy_gettext("Days or hours"), choices=[fields.choice(value, label) for value, label in UNITS]
    )
    accent = StringField(lazy_gettext("Accent colour"))

    def values(self) -> dict[str, str]:
        """Return what was typed, by setting."""
        validity = f"{(self.number.data or '').strip()} {self.unit.data}"
        return {"link_validity_hours": validity, "accent": self.accent.data or ""}


class SmsForm(FlaskForm):
    """How many SMS may leave a day, and to which countries."""

    mark = HiddenField()
    sms_per_day = StringField(lazy_gettext("SMS a day, at most"))
    sms_countries = StringField(lazy_gettext("Countries that SMS may go to"))

    def values(self) -> dict[str, str]:
        """Return what was typed, by setting."""
        return {name: self[name].data or "" for name in SMS}


class LogoForm(FlaskForm):
    """A picture from the visitor's device."""

    picture = FileField(lazy_gettext("Logo"))


class CreditorForm(FlaskForm):
    """In whose name invoices are collected, and where debtors pay to."""

    mark = HiddenField()
    code = StringField(lazy_gettext("Code"))
    name = StringField(lazy_gettext("Name"))
    account_name = StringField(lazy_gettext("Account holder"))
    iban = StringField(lazy_gettext("IBAN"))
    bic = StringField(lazy_gettext("BIC"))
    company_number = StringField(lazy_gettext("Company number"))
    adds_vat = BooleanField(lazy_gettext("Cannot reclaim VAT: add it to collection costs"))
    password = PasswordField(lazy_gettext("Password you have now"))

    def values(self) -> dict[str, str]:
        """Return what was typed, by column."""
        typed = {name: self[name].data or "" for name in CREDITOR_RULES}
        return typed | {"adds_vat": "y" if self.adds_vat.data else ""}


def profile_form(organisation: Organisation, *, stored: bool) -> ProfileForm:
    """Return the form with what is stored, or with what was sent."""
    form = ProfileForm(formdata=None, data=_marked(organisation, PROFILE)) if stored else ProfileForm()
    form.country.choices = country_choices()
    form.zone.choices = zone_choices(organisation.zone)
    form.language.choices = language_choices()
    return form


def sms_form(organisation: Organisation, *, stored: bool) -> SmsForm:
    """Return the form with what is stored, or with what was sent."""
    return SmsForm(formdata=None, data=_marked(organisation, SMS)) if stored else SmsForm()


def other_form(organisation: Organisation, *, stored: bool) -> OtherForm:
    """Return the form with what is stored, or with what was sent."""
    if not stored:
        return OtherForm()
    hours = organisation.link_validity_hours
    in_days = hours % HOURS_A_DAY == 0
    shown = {
        "number": str(hours // HOURS_A_DAY if in_days else hours),
        "unit": "days" if in_days else "hours",
    }
    return OtherForm(formdata=None, data=_marked(organisation, OTHER) | shown)


def creditor_form(creditor: Creditor | None) -> CreditorForm:
    """Return the form with what is stored of a creditor, or empty."""
    return CreditorForm(formdata=None, data=_marked(creditor, CREDITOR_RULES) if creditor else {})


def _marked(row: object, names: Any) -> dict[str, Any]:
    values = values_of(row, names)
    return values | {"mark": mark_of(values)}
