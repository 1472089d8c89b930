"""`/desk/debtors`: who owes, and everything around one of them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.refusals import Refusal
from core.web.guards import allows, current_member, current_organisation
from core.web.typed import asks
from desk import debtor_page, words
from desk.forms.debtors import DebtorForm, NewDebtorForm
from desk.forms.fields import choices
from desk.refusing import at_field
from invoices import contacts
from invoices.debtors import add_debtor, change_debtor, state_of
from invoices.models import Channel, Debtor
from invoices.queries import debtor_by_public_id

blueprint = Blueprint("debtors", __name__, url_prefix="/debtors")
REACHED_BY = {"email": Channel.EMAIL, "mobile": Channel.SMS, "phone": Channel.PHONE}


class ContactRefused(Refusal):
    """An address or number of a new debtor; `field` is where it was typed."""

    def __init__(self, field: str, because: Refusal) -> None:
        self.field, self.sentence = field, because.sentence
        super().__init__(**because.values)


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the debtors."""
    return render_template("desk/debtors/list.html", **debtor_page.list_context())


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show one debtor."""
    return render_template("desk/debtors/show.html", **debtor_page.context(_debtor(public_id)))


@blueprint.get("/new")
@allows(Role.AGENT)
def new() -> ResponseReturnValue:
    """Show the form for a new debtor."""
    return _new(NewDebtorForm(formdata=None, language=current_organisation().language))


@blueprint.post("/new")
@allows(Role.AGENT)
@asks(NewDebtorForm)
def add() -> ResponseReturnValue:
    """Store a new debtor with how to reach them, all or nothing."""
    form = _with_countries(NewDebtorForm())
    if not form.validate_on_submit():
        return _new(form), 422
    try:
        with transaction.writing():
            debtor = _add(form)
    except Refusal as refusal:
        status = at_field(form, refusal)
        return _new(form), status
    flash(gettext("The debtor was added."), "good")
    return redirect(url_for("desk.debtors.show", public_id=debtor.public_id), 303)


@blueprint.get("/<public_id>/edit")
@allows(Role.AGENT)
def edit(public_id: str) -> ResponseReturnValue:
    """Show the form with what is known."""
    debtor = _debtor(public_id)
    return _edit(debtor, DebtorForm(formdata=None, obj=debtor, as_of=state_of(debtor)))


@blueprint.post("/<public_id>/edit")
@allows(Role.AGENT)
@asks(DebtorForm)
def save(public_id: str) -> ResponseReturnValue:
    """Store what was changed, unless somebody else changed it meanwhile."""
    debtor, form = _debtor(public_id), _with_countries(DebtorForm())
    if not form.validate_on_submit():
        return _edit(debtor, form), 422
    try:
        with transaction.writing():
            change_debtor(
                organisation_id=current_organisation().id,
                debtor_id=debtor.id,
                details=form.details(),
                country=current_organisation().country,
                as_of=form.as_of.data or "",
                now=clock.now(),
                member_id=current_member().id,
            )
    except Refusal as refusal:
        status = at_field(form, refusal)
        return _edit(_debtor(public_id), form), status
    flash(gettext("The debtor was changed."), "good")
    return redirect(url_for("desk.debtors.show", public_id=public_id), 303)


def _debtor(public_id: str) -> Debtor:
    return debtor_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _add(form: NewDebtorForm) -> Debtor:
    organisation, now = current_organisation(), clock.now()
    debtor = add_debtor(
        organisation_id=organisation.id,
        details=form.details(),
        country=organisation.country,
        now=now,
        member_id=current_member().id,
    )
    is_first = True
    for name, channel in REACHED_BY.items():
        if not form[name].data:
            continue
        try:
            contacts.add_contact(
                organisation_id=organisation.id,
                debtor=debtor,
                channel=channel,
                text=form[name].data,
                country=organisation.country,
                is_preferred=is_first and channel != Channel.PHONE,
                now=now,
                member_id=current_member().id,
            )
        except Refusal as refusal:
            raise ContactRefused(name, refusal) from refusal
        is_first = False
    return debtor


def _with_countries(form: Any) -> Any:
    form.country.choices = choices([("", gettext("Not known")), *words.countries()])
    return form


def _new(form: Any) -> str:
    return render_template(
        "desk/debtors/form.html",
        here="debtors",
        form=_with_countries(form),
        title=gettext("New debtor"),
        heading=gettext("The debtor was not added"),
        button=gettext("Add debtor"),
        form_url=url_for("desk.debtors.add"),
        back=gettext("Debtors"),
        back_href=url_for("desk.debtors.index"),
    )


def _edit(debtor: Debtor, form: Any) -> str:
    return render_template(
        "desk/debtors/form.html",
        here="debtors",
        form=_with_countries(form),
        title=gettext("Change %(name)s", name=debtor.name),
        heading=gettext("The debtor was not changed"),
        button=gettext("Save debtor"),
        form_url=url_for("desk.debtors.save", public_id=debtor.public_id),
        back=debtor.name,
        back_href=url_for("desk.debtors.show", public_id=debtor.public_id),
    )
