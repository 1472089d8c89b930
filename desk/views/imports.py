"""`/desk/imports`: files uploaded, checked, queued, watched and discarded."""

from io import StringIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, gettext
from werkzeug.exceptions import RequestEntityTooLarge

from core import clock, transaction
from core.members.models import Role
from core.refusals import Refusal
from core.web import errors
from core.web.bodies import takes_up_to
from core.web.guards import allows, current_member
from core.web.headers import lets_script_ask
from core.web.languages import sentence_of
from desk.forms.imports import QueueForm, UploadForm
from desk.import_files import batch_of, shelf, take_in
from desk.import_page import import_context, imports_context, page_of
from desk.import_words import KINDS, said
from desk.lists import page_number
from desk.refusing import at_field
from invoices.importing import operations
from invoices.importing.kinds import FileKind
from invoices.importing.problems import ProblemReport
from invoices.importing.refusals import FileTooLarge
from invoices.importing.tables import DESK_LIMITS, MEGABYTE

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
# What a browser adds around the file.
AROUND_A_FILE = 64 * 1024
TOO_LARGE = 413


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the files that were uploaded, and how it went."""
    return render_template("desk/imports/list.html", **imports_context(page=page_number()))


@blueprint.get("/new")
@allows(Role.AGENT)
def new() -> ResponseReturnValue:
    """Show the form for a file."""
    return _new(UploadForm(formdata=None))


@blueprint.post("/new")
@allows(Role.AGENT)
@takes_up_to(DESK_LIMITS.bytes + AROUND_A_FILE)
def upload() -> ResponseReturnValue:
    """Take a file in."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _new(form), 422
    try:
        public_id = take_in(sent=form.file.data, kind=FileKind(form.kind.data))
    except FileTooLarge as refusal:
        at_field(form, refusal, {Refusal: "file"})
        return _new(form), TOO_LARGE
    except Refusal as refusal:
        status = at_field(form, refusal, {Refusal: "file"})
        return _new(form), status
    return redirect(url_for("desk.import_columns.show", public_id=public_id), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def say_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say at the field how large a file may be; the form was not read, so the kind is chosen again."""
    if request.endpoint != "desk.imports.upload":
        return errors.page(TOO_LARGE, said(errors.SENTENCES[TOO_LARGE]))
    form = UploadForm(formdata=None)
    at_field(form, FileTooLarge(most=DESK_LIMITS.bytes // MEGABYTE), {Refusal: "file"})
    return _new(form), TOO_LARGE


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
@lets_script_ask
def show(public_id: str) -> ResponseReturnValue:
    """Show an import at the step where it stands."""
    batch = batch_of(public_id)
    return render_template(page_of(batch), form=QueueForm(formdata=None), **import_context(batch=batch))


@blueprint.post("/<public_id>/queue")
@allows(Role.AGENT)
def queue(public_id: str) -> ResponseReturnValue:
    """Let a worker store the rows; the same file a second time only for who says that it is meant."""
    form = QueueForm()
    try:
        with transaction.writing():
            operations.queue(
                batch=batch_of(public_id),
                again=form.again.data,
                now=clock.now(),
                member_id=current_member().id,
            )
    except operations.FileKnown as refusal:
        status = at_field(form, refusal, {Refusal: "again"})
        batch = batch_of(public_id)
        return render_template(page_of(batch), form=form, **import_context(batch=batch)), status
    except (operations.BatchMovedOn, operations.ProblemsLeft) as refusal:
        flash(sentence_of(refusal))
    return redirect(url_for("desk.imports.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/discard")
@allows(Role.AGENT)
def discard(public_id: str) -> ResponseReturnValue:
    """Give a file up that was not stored."""
    try:
        with transaction.writing():
            batch = batch_of(public_id)
            operations.discard(batch=batch, now=clock.now(), member_id=current_member().id)
            stored_as = batch.stored_as
    except operations.BatchMovedOn as refusal:
        flash(sentence_of(refusal))
        return redirect(url_for("desk.imports.show", public_id=public_id), 303)
    shelf().remove(stored_as)
    flash(gettext("The file was discarded. Nothing was stored."))
    return redirect(url_for("desk.imports.index"), 303)


@blueprint.get("/<public_id>/problems.csv")
@allows(Role.VIEWER)
def problems(public_id: str) -> ResponseReturnValue:
    """Send all problems of the last check as a file for a spreadsheet; without any, its headings."""
    report = shelf().report_of(batch_of(public_id).stored_as)
    if report.is_file():
        return send_file(report, mimetype="text/csv", as_attachment=True, download_name="problems.csv")
    nothing = StringIO()
    ProblemReport(nothing, say=said)
    headers = {"Content-Disposition": "attachment; filename=problems.csv"}
    return nothing.getvalue(), 200, headers | {"Content-Type": "text/csv; charset=utf-8"}


def _new(form: UploadForm) -> str:
    hints = [(option, said(KINDS[FileKind(option.data)][1])) for option in form.kind]
    most = DESK_LIMITS.bytes // MEGABYTE
    return render_template(
        "desk/imports/new.html",
        here="imports",
        form=form,
        kinds=hints,
        most=most,
        rows=format_decimal(DESK_LIMITS.rows),
    )
