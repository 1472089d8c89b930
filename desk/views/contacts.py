"""`/desk/debtors/<id>/contacts`: how a debtor is reached."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.refusals import Refusal
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import country_name
from core.web.typed import asks
from desk import words
from desk.forms.debtors import ContactForm, NewContactForm
from desk.refusing import at_field
from invoices import contacts
from invoices.importing.contacts import EmailUnreadable, PhoneUnreadable
from invoices.models import Channel, ContactPoint, ContactState, Debtor
from invoices.queries import debtor_by_public_id
from links.models import CONTACT_CHANGED
from links.operations import revoke_of_contact
from messaging import opting

blueprint = Blueprint("contacts", __name__, url_prefix="/debtors/<debtor_public_id>/contacts")
AT_VALUE: dict[type[Refusal], str] = {
    EmailUnreadable: "value",
    PhoneUnreadable: "value",
    contacts.NumberTakesNoSms: "value",
    contacts.ContactKnown: "value",
    opting.OptedOut: "is_usable",
}


@blueprint.get("/new")
@allows(Role.AGENT)
def new(debtor_public_id: str) -> ResponseReturnValue:
    """Show the form for another address or number."""
    return _new(_debtor(debtor_public_id), NewContactForm(formdata=None))


@blueprint.post("/new")
@allows(Role.AGENT)
@asks(NewContactForm)
def add(debtor_public_id: str) -> ResponseReturnValue:
    """Add an address, or a number in any notation of its country."""
    debtor, form = _debtor(debtor_public_id), NewContactForm()
    if not form.validate_on_submit():
        return _new(debtor, form), 422
    try:
        with transaction.writing():
            added = contacts.add_contact(
                organisation_id=current_organisation().id,
                debtor=debtor,
                channel=Channel(form.channel.data),
                text=form.value.data or "",
                country=current_organisation().country,
                is_preferred=form.is_preferred.data,
                now=clock.now(),
                member_id=current_member().id,
            )
            opting.show_on(contact=added)
    except Refusal as refusal:
        status = at_field(form, refusal, AT_VALUE)
        return _new(_debtor(debtor_public_id), form), status
    flash(gettext("The contact was added."), "good")
    return redirect(url_for("desk.debtors.show", public_id=debtor_public_id), 303)


@blueprint.get("/<contact_public_id>")
@allows(Role.AGENT)
def edit(debtor_public_id: str, contact_public_id: str) -> ResponseReturnValue:
    """Show the form of one contact point."""
    debtor = _debtor(debtor_public_id)
    contact = _contact(debtor, contact_public_id)
    form = ContactForm(formdata=None, obj=contact, is_usable=contact.state == ContactState.USABLE)
    return _edit(debtor, contact, form)


@blueprint.post("/<contact_public_id>")
@allows(Role.AGENT)
@asks(ContactForm)
def save(debtor_public_id: str, contact_public_id: str) -> ResponseReturnValue:
    """Change a contact point."""
    debtor, form = _debtor(debtor_public_id), ContactForm()
    contact = _contact(debtor, contact_public_id)
    if not form.validate_on_submit():
        return _edit(debtor, contact, form), 422
    try:
        with transaction.writing():
            _change(debtor, contact, form)
    except Refusal as refusal:
        status = at_field(form, refusal, AT_VALUE)
        debtor = _debtor(debtor_public_id)
        return _edit(debtor, _contact(debtor, contact_public_id), form), status
    flash(gettext("The contact was changed."), "good")
    return redirect(url_for("desk.debtors.show", public_id=debtor_public_id), 303)


def _change(debtor: Debtor, contact: ContactPoint, form: ContactForm) -> None:
    """Store the change, with what it means for links already sent, and for the address at other debtors."""
    by: dict[str, Any] = {"member_id": current_member().id, "now": clock.now()}
    was_opted_out = contact.state == ContactState.OPTED_OUT
    leads_elsewhere = contacts.change_contact(
        contact=contact,
        text=form.value.data or "",
        country=debtor.country or current_organisation().country,
        is_preferred=form.is_preferred.data,
        is_usable=form.is_usable.data,
        **by,
    )
    if leads_elsewhere:
        revoke_of_contact(contact_point_id=contact.id, reason=CONTACT_CHANGED, **by)
    if was_opted_out and form.is_usable.data and not leads_elsewhere:
        opting.note_wanted(contact=contact, **by)
    elif contact.state == ContactState.OPTED_OUT:
        opting.note_unwanted(contact=contact, **by)
    else:
        if form.is_usable.data:
            opting.demand_open(contact=contact)
        opting.show_on(contact=contact)


def _debtor(public_id: str) -> Debtor:
    return debtor_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _contact(debtor: Debtor, public_id: str) -> ContactPoint:
    return contacts.contact_of(
        organisation_id=current_organisation().id, debtor_id=debtor.id, public_id=public_id
    )


def _new(debtor: Debtor, form: Any) -> str:
    return render_template(
        "desk/debtors/contact.html",
        **_around(debtor),
        form=form,
        title=gettext("New contact"),
        heading=gettext("The contact was not added"),
        button=gettext("Add contact"),
        form_url=url_for("desk.contacts.add", debtor_public_id=debtor.public_id),
        state_reason="",
    )


def _edit(debtor: Debtor, contact: ContactPoint, form: Any) -> str:
    return render_template(
        "desk/debtors/contact.html",
        **_around(debtor),
        form=form,
        title=gettext("Change contact"),
        heading=gettext("The contact was not changed"),
        button=gettext("Save contact"),
        form_url=url_for(
            "desk.contacts.save", debtor_public_id=debtor.public_id, contact_public_id=contact.public_id
        ),
        state_reason=" ".join(
            part
            for part in (words.contact_state(contact.state), words.contact_reason(contact.state_reason))
            if part
        ),
    )


def _around(debtor: Debtor) -> dict[str, str]:
    return {
        "here": "debtors",
        "back": debtor.name,
        "back_href": url_for("desk.debtors.show", public_id=debtor.public_id),
        "country": country_name(debtor.country or current_organisation().country),
    }
