"""`/desk/statements`: files from the bank taken in, and what became of their lines."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from werkzeug.exceptions import RequestEntityTooLarge

from core import clock, transaction
from core.clock import day_in
from core.members.models import Role
from core.refusals import Refusal
from core.web import errors
from core.web.bodies import takes_up_to
from core.web.guards import allows, current_member, current_organisation
from desk.bank_page import statement_context, statements_context
from desk.forms.bank import StatementForm
from desk.import_files import name_of
from desk.refusing import at_field
from invoices.importing.refusals import FileTooLarge
from invoices.statements.bank_files import MEGABYTE, MOST_BYTES
from invoices.statements.models import BankStatement
from invoices.statements.prospects import prospects_of
from invoices.statements.queries import statement_by_public_id
from invoices.statements.reading_apart import read_statements_apart
from invoices.statements.table_refusals import AmountOpen, DayOpen
from invoices.statements.taking_in import take_in
from reactions.operations.endings import close_settled

blueprint = Blueprint("statements", __name__, url_prefix="/statements")
# What a browser adds around the file.
AROUND_A_FILE = 64 * 1024
TOO_LARGE = 413
# What a person decides about a table is said where they decide it.
FIELDS: Mapping[type[Refusal], str] = {DayOpen: "date_order", AmountOpen: "decimal_sign", Refusal: "file"}


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the statements, the last one first."""
    return render_template("desk/statements/list.html", **statements_context())


@blueprint.get("/new")
@allows(Role.AGENT)
def new() -> ResponseReturnValue:
    """Show the form for a file."""
    return _new(StatementForm(formdata=None))


@blueprint.post("/new")
@allows(Role.AGENT)
@takes_up_to(MOST_BYTES + AROUND_A_FILE)
def upload() -> ResponseReturnValue:
    """Take a file in: book what is sure, keep the rest for a person."""
    form = StatementForm()
    if not form.validate_on_submit():
        return _new(form), 422
    try:
        taken = _taken_in(form)
    except Refusal as refusal:
        status = at_field(form, refusal, FIELDS)
        return _new(form), TOO_LARGE if isinstance(refusal, FileTooLarge) else status
    told = ngettext("%(num)s statement was taken in.", "%(num)s statements were taken in.", len(taken))
    flash(told, "good")
    if len(taken) > 1:
        return redirect(url_for("desk.statements.index"), 303)
    return redirect(url_for("desk.statements.show", public_id=taken[0].public_id), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def say_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say at the field how large a file may be."""
    if request.endpoint != "desk.statements.upload":
        return errors.page(TOO_LARGE, str(gettext(errors.SENTENCES[TOO_LARGE])))
    form = StatementForm(formdata=None)
    at_field(form, FileTooLarge(most=MOST_BYTES // MEGABYTE), {Refusal: "file"})
    return _new(form), TOO_LARGE


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show a statement and where its lines stand."""
    found = statement_by_public_id(organisation_id=current_organisation().id, public_id=public_id)
    return render_template("desk/statements/show.html", **statement_context(found))


def _taken_in(form: StatementForm) -> Sequence[BankStatement]:
    organisation, now, sent = current_organisation(), clock.now(), form.file.data
    content, today = sent.stream.read(MOST_BYTES + 1), day_in(now, organisation.zone)
    statements = read_statements_apart(
        content,
        today=today,
        currency=organisation.currency,
        date_order=form.chosen_order(),
        decimal_sign=form.chosen_sign(),
    )
    with transaction.reading():
        prospects = prospects_of(organisation_id=organisation.id, statements=statements)
    close = partial(close_settled, organisation_id=organisation.id, now=now)

    def when_settled(invoice_ids: Collection[int]) -> None:
        close(invoice_ids=invoice_ids)

    with transaction.writing():
        return take_in(
            organisation_id=organisation.id,
            member_id=current_member().id,
            file_name=name_of(sent),
            content=content,
            prospects=prospects,
            now=now,
            today=today,
            when_settled=when_settled,
        )


def _new(form: StatementForm) -> str:
    most = MOST_BYTES // MEGABYTE
    return render_template("desk/statements/new.html", here="payments", form=form, most=most)
