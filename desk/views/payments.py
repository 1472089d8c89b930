"""`/desk/payments`: amounts from bank statements that somebody has to settle, one by one."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.clock import day_in
from core.members.models import Role
from core.refusals import Refusal
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from core.web.typed import asks
from desk.bank_page import line_context, rows_named, waiting_context
from desk.forms.bank import IgnoreForm, named_in_request, settle_form, settle_form_as_sent
from desk.refusing import at_field
from invoices.statements import operations
from invoices.statements.matching import Share
from invoices.statements.models import BankLine, IgnoreReason
from invoices.statements.queries import line_by_public_id
from invoices.statements.suggesting import ids_by_public_id
from reactions.operations.endings import close_settled

blueprint = Blueprint("payments", __name__, url_prefix="/payments")


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the payments that wait for somebody."""
    return render_template("desk/payments/list.html", **waiting_context())


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show one payment with the invoices it may be for."""
    return render_template("desk/payments/show.html", **line_context(_line(public_id)))


@blueprint.post("/<public_id>/settle")
@allows(Role.AGENT)
@asks(settle_form_as_sent)
def settle(public_id: str) -> ResponseReturnValue:
    """Book the payment on the invoices that got an amount; actions that end with it are closed."""
    line, known = _line(public_id), _known()
    rows = rows_named(known)
    form = settle_form([(row.public_id, row.number) for row in rows], currency=line.currency)
    if not form.validate_on_submit():
        return _again(public_id, sent=form), 422
    shares = [Share(known[each], amount) for each, amount in form.amounts.items()]
    try:
        left = _settle(public_id, shares, form.left_before.data or 0)
    except Refusal as refusal:
        status = at_field(form, refusal)
        return _again(public_id, sent=form), status
    if left:
        flash(gettext("The payment was booked. What is left of it still waits."), "good")
        return redirect(url_for("desk.payments.show", public_id=public_id), 303)
    return _done(gettext("The payment was booked."))


@blueprint.post("/<public_id>/ignore")
@allows(Role.AGENT)
def ignore(public_id: str) -> ResponseReturnValue:
    """Lay a payment, or what is left of it, aside."""
    form = IgnoreForm()
    if not form.validate_on_submit():
        return _again(public_id, ignoring=form), 422
    try:
        with transaction.writing():
            operations.ignore(
                organisation_id=current_organisation().id,
                line_public_id=public_id,
                reason=IgnoreReason(form.reason.data),
                left_before=form.left_before.data or 0,
                member_id=current_member().id,
                now=clock.now(),
            )
    except operations.LineMovedOn as refusal:
        status = at_field(form, refusal)
        return _again(public_id, ignoring=form), status
    return _done(gettext("The payment was laid aside."))


@blueprint.post("/<public_id>/undo")
@allows(Role.AGENT)
def undo(public_id: str) -> ResponseReturnValue:
    """Take back what was decided: the invoices are open again."""
    try:
        with transaction.writing():
            operations.undo(
                organisation_id=current_organisation().id,
                line_public_id=public_id,
                member_id=current_member().id,
                now=clock.now(),
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        flash(sentence_of(refusal))
    else:
        flash(gettext("This was taken back. The payment waits to be settled again."), "good")
    return redirect(url_for("desk.payments.show", public_id=public_id), 303)


def _settle(public_id: str, shares: list[Share], left_before: int) -> int:
    """Return what is left of the payment afterwards."""
    organisation, now = current_organisation(), clock.now()

    def when_settled(invoice_ids: Collection[int]) -> None:
        close_settled(organisation_id=organisation.id, invoice_ids=invoice_ids, now=now)

    with transaction.writing():
        line = operations.settle(
            organisation_id=organisation.id,
            line_public_id=public_id,
            shares=shares,
            left_before=left_before,
            member_id=current_member().id,
            now=now,
            today=day_in(now, organisation.zone),
            when_settled=when_settled,
        )
        return line.amount_left


def _line(public_id: str) -> BankLine:
    return line_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _known() -> Mapping[str, int]:
    """Return the ids of the invoices for which a field was sent, by public id."""
    return ids_by_public_id(organisation_id=current_organisation().id, public_ids=named_in_request())


def _again(public_id: str, **refused: Any) -> str:
    return render_template("desk/payments/show.html", **line_context(_line(public_id), **refused))


def _done(said: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(url_for("desk.payments.index"), 303)
