"""The forms of a debtor and of how to reach them."""

from dataclasses import fields

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Regexp

from core.organisations.models import LANGUAGES
from core.web.languages import OWN_NAMES
from desk.forms.fields import REQUIRED, choices, line
from invoices.debtors import DebtorDetails
from invoices.models import Channel, DebtorKind

KINDS = (
    (DebtorKind.PERSON.value, lazy_gettext("Person")),
    (DebtorKind.COMPANY.value, lazy_gettext("Company")),
)
CHANNELS = (
    (Channel.EMAIL.value, lazy_gettext("E-mail address")),
    (Channel.SMS.value, lazy_gettext("Mobile number")),
    (Channel.PHONE.value, lazy_gettext("Telephone number")),
)


class DebtorForm(FlaskForm):
    """All that is known of a person or business; the view sets the countries. `as_of` notices colleagues."""

    kind = RadioField(
        lazy_gettext("Kind"), choices=choices(KINDS), validators=[InputRequired(REQUIRED)], default="person"
    )
    salutation = line(lazy_gettext("Salutation"), most=40)
    first_name = line(lazy_gettext("First name"), most=80)
    initials = line(lazy_gettext("Initials"), most=20)
    middle_names = line(lazy_gettext("Middle names"), most=80)
    last_name = line(lazy_gettext("Last name"), most=80)
    company_name = line(lazy_gettext("Company name"), most=160)
    legal_form = line(lazy_gettext("Legal form"), most=40)
    vat_number = line(lazy_gettext("VAT number"), most=20)
    register_number = line(lazy_gettext("Company register number"), most=20)
    attention_of = line(lazy_gettext("For the attention of"), most=120)
    customer_number = line(lazy_gettext("Customer number"), most=40)
    language = SelectField(
        lazy_gettext("Language"), choices=choices([(code, OWN_NAMES[code]) for code in LANGUAGES])
    )
    street = line(lazy_gettext("Street"), most=120)
    house_number = line(lazy_gettext("House number"), most=20)
    postcode = line(lazy_gettext("Postcode"), most=16)
    city = line(lazy_gettext("Town"), most=80)
    country = SelectField(lazy_gettext("Country"), choices=[])
    as_of = HiddenField()

    def details(self) -> DebtorDetails:
        """Return what was filled in."""
        texts = {one.name: self[one.name].data or "" for one in fields(DebtorDetails) if one.name != "kind"}
        return DebtorDetails(kind=DebtorKind(self.kind.data), **texts)


class NewDebtorForm(DebtorForm):
    """A new debtor, with how to reach them."""

    email = line(lazy_gettext("E-mail address"), most=254)
    mobile = line(lazy_gettext("Mobile number"), most=40)
    phone = line(lazy_gettext("Telephone number"), most=40)


class NewContactForm(FlaskForm):
    """One more way to reach a debtor."""

    channel = SelectField(lazy_gettext("Kind"), choices=choices(CHANNELS))
    value = line(lazy_gettext("Address or number"), most=254, needed=True)
    is_preferred = BooleanField(lazy_gettext("First choice for messages"))


class ContactForm(FlaskForm):
    """A contact point changed."""

    value = line(lazy_gettext("Address or number"), most=254, needed=True)
    is_preferred = BooleanField(lazy_gettext("First choice for messages"))
    is_usable = BooleanField(lazy_gettext("May be used for messages"))


class SendLinkForm(FlaskForm):
    """Where a link goes; the view sets the choices. `key` stands for this sending: twice sends once."""

    contact_point = SelectField(lazy_gettext("To"), choices=[], validate_choice=False)
    was_asked_for = BooleanField(lazy_gettext("The debtor asked for this link"))
    key = HiddenField(validators=[InputRequired(), Regexp(r"[0-9A-Za-z]{12}\Z")])
