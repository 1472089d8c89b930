"""`/desk/imports/<id>/columns`: how a file is read, and which of its columns is which."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, transaction
from core.members.models import Role
from core.refusals import Refusal
from core.web.guards import allows
from core.web.languages import sentence_of
from desk.forms.imports import ColumnsForm, columns_form
from desk.import_columns_page import UNDECIDED, columns_context, open_questions
from desk.import_files import Upload, batch_of, look_over, look_through, open_upload, undecided
from desk.import_words import in_own_words
from desk.refusing import at_field
from invoices.importing import profiles, refusals
from invoices.importing.choices import Choices
from invoices.importing.matching import ColumnsMissing, ColumnTwice
from invoices.importing.operations import BatchMovedOn, note_findings, remember, settle
from invoices.importing.preparing import Opened
from invoices.importing.shelf import FileGone

blueprint = Blueprint("import_columns", __name__, url_prefix="/imports/<public_id>/columns")
PLACES: dict[type[Refusal], str] = {
    profiles.DateOrderUndecided: "date_order",
    profiles.DecimalSignUndecided: "decimal_sign",
    profiles.TwoDigitYearsUndecided: "two_digit_years",
    refusals.EncodingWrong: "encoding",
    refusals.QuotesDoNotMatch: "delimiter",
}


@blueprint.get("")
@allows(Role.AGENT)
def show(public_id: str) -> ResponseReturnValue:
    """Show the columns as they are matched now."""
    upload = undecided(public_id)
    opened = open_upload(upload, upload.choices)
    return _page(upload, opened, columns_form(upload=upload, opened=opened, stored=True))


@blueprint.post("/read")
@allows(Role.AGENT)
def read(public_id: str) -> ResponseReturnValue:
    """Read the file differently; what was matched stays."""
    return _read(*_sent(public_id))


@blueprint.post("")
@allows(Role.AGENT)
def match(public_id: str) -> ResponseReturnValue:
    """Keep what was chosen and look all rows over; a file that is to be read differently is shown first."""
    upload, opened, form = _sent(public_id)
    wanted = form.wanted(opened)
    if _is_another_reading(upload, wanted):
        return _read(upload, opened, form)
    try:
        _check(upload, opened, wanted, remembered=form.remember.data)
    except (BatchMovedOn, FileGone):
        raise
    except Refusal as refusal:
        status = _explain(upload, wanted, form, refusal)
        return _page(upload, open_upload(upload, wanted), form), status
    return redirect(url_for("desk.imports.show", public_id=public_id), 303)


@blueprint.errorhandler(BatchMovedOn)
@blueprint.errorhandler(FileGone)
def lead_back(refusal: Refusal) -> ResponseReturnValue:
    """Show the import as it is now, and why nothing can be matched any more."""
    flash(sentence_of(refusal))
    return redirect(url_for("desk.imports.show", **(request.view_args or {})), 303)


def _sent(public_id: str) -> tuple[Upload, Opened, ColumnsForm]:
    """Return the import, its file as it is read now, and the form as it was sent."""
    upload = undecided(public_id)
    opened = open_upload(upload, upload.choices)
    return upload, opened, columns_form(upload=upload, opened=opened, stored=False)


def _read(upload: Upload, opened: Opened, form: ColumnsForm) -> ResponseReturnValue:
    """Keep another reading of the file if it can be read so. Other columns are guessed anew."""
    wanted = form.wanted(opened)
    if _is_another_reading(upload, wanted):
        wanted = replace(wanted, columns=None)
    try:
        look_through(upload, wanted)
    except FileGone:
        raise
    except Refusal as refusal:
        status = at_field(form, refusal, PLACES)
        return _page(upload, opened, form), status
    with transaction.writing():
        settle(batch=batch_of(upload.public_id), choices=wanted)
    return redirect(url_for("desk.import_columns.show", public_id=upload.public_id), 303)


def _is_another_reading(upload: Upload, wanted: Choices) -> bool:
    before = upload.choices
    return (wanted.encoding, wanted.delimiter) != (before.encoding, before.delimiter)


def _explain(upload: Upload, wanted: Choices, form: ColumnsForm, refusal: Refusal) -> int:
    """Write why the rows were not checked where it belongs, everything that is open at once."""
    if isinstance(refusal, UNDECIDED):
        questions = open_questions(look_through(upload, wanted), wanted)
        return max(at_field(form, question, PLACES) for question in questions)
    places = PLACES | {ColumnTwice: form.doubled(), ColumnsMissing: form.missing(refusal)}
    return at_field(form, in_own_words(refusal), places)


def _check(upload: Upload, opened: Opened, wanted: Choices, *, remembered: bool) -> None:
    findings = look_over(upload, wanted)
    with transaction.writing():
        batch = batch_of(upload.public_id)
        settle(batch=batch, choices=wanted)
        note_findings(batch=batch, findings=findings)
        if remembered:
            remember(batch=batch, header=opened.table.header, now=clock.now())


def _page(upload: Upload, opened: Opened, form: ColumnsForm) -> str:
    return render_template(
        "desk/imports/columns.html", **columns_context(upload=upload, opened=opened, form=form)
    )
