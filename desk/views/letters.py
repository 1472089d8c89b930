"""`/desk/letters`: letters printed together, downloaded, posted or made again."""

from collections.abc import Collection

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.organisations.restores import NotReleased
from core.refusals import Refusal
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from core.web.typed import asks
from desk import letters_page
from desk.forms.letters import EditionForm, PostedForm
from desk.lists import page_number
from messaging import letter_batches, posting
from messaging.letter_models import LetterBatch
from messaging.letter_shelf import LettersGone
from messaging.pile import LettersNotInPile, NumbersUnreadable, as_written

OF_NUMBERS = (NumbersUnreadable, LettersNotInPile, posting.NothingPosted)
REFUSED = (*OF_NUMBERS, posting.PostedOnAnotherDay, posting.TermWouldBeTooShort)
blueprint = Blueprint("letters", __name__, url_prefix="/letters")


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the batches, the newest first."""
    return render_template("desk/letters/list.html", **letters_page.index_context(page=page_number()))


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show one batch."""
    return _show(public_id)


@blueprint.post("/<public_id>/letters.pdf")
@allows(Role.AGENT)
def download(public_id: str) -> ResponseReturnValue:
    """Send the PDF to print. It opens debtors' pages: only who may work for them gets it, and it is noted."""
    try:
        with transaction.writing():
            batch = _batch(public_id, lock=True)
            pdf = letters_page.shelf().read(batch)
            posting.note_download(batch=batch, member_id=current_member().id, now=clock.now())
            name = f"letters-{batch.dated_on}-{batch.public_id}.pdf"
    except LettersGone as refusal:
        return _overtaken(public_id, refusal)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": "application/pdf"}
    return pdf, 200, headers


@blueprint.post("/<public_id>/posted")
@allows(Role.AGENT)
@asks(PostedForm)
def posted(public_id: str) -> ResponseReturnValue:
    """Keep that the letters were posted, on which day, and which of them were taken out."""
    form = PostedForm()
    if not form.validate_on_submit() or form.posted_on.data is None:
        return _show(public_id, form), 422
    try:
        with transaction.writing():
            out = posting.mark_posted(
                batch=_batch(public_id, lock=True),
                edition=form.edition.data or 0,
                posted_on=form.posted_on.data,
                taken_out=form.taken_out.data or "",
                member_id=current_member().id,
                now=clock.now(),
            )
    except REFUSED as refusal:
        of_numbers = isinstance(refusal, OF_NUMBERS)
        (form.taken_out if of_numbers else form.posted_on).errors = [sentence_of(refusal)]
        return _show(public_id, form), 422
    except (posting.LettersOvertaken, NotReleased) as refusal:
        return _overtaken(public_id, refusal)
    flash(_counted(out), "good")
    return redirect(url_for("desk.letters.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/make-again")
@allows(Role.AGENT)
def make_again(public_id: str) -> ResponseReturnValue:
    """Keep that the letters were not posted, and have them made again."""
    form = EditionForm()
    if not form.validate_on_submit():
        flash(gettext("This page was open too long. Please send it again."), "part")
        return _show(public_id), 422
    try:
        with transaction.writing():
            posting.make_again(
                batch=_batch(public_id, lock=True),
                edition=form.edition.data or 0,
                shelf=letters_page.shelf(),
                member_id=current_member().id,
                now=clock.now(),
            )
    except posting.LettersOvertaken as refusal:
        return _overtaken(public_id, refusal)
    flash(gettext("The letters are made again, without what was paid or withdrawn since."), "good")
    return redirect(url_for("desk.letters.show", public_id=public_id), 303)


def _counted(out: Collection[int]) -> str:
    """Return which letters count as sent."""
    if not out:
        return str(gettext("The letters count as sent."))
    numbers = as_written(out)
    return str(gettext("The letters count as sent, but for those taken out: %(numbers)s.", numbers=numbers))


def _overtaken(public_id: str, refusal: Refusal) -> ResponseReturnValue:
    flash(sentence_of(refusal), "part")
    return _show(public_id), refusal.status


def _show(public_id: str, form: PostedForm | None = None) -> str:
    context = letters_page.show_context(_batch(public_id), page=page_number(), form=form)
    return render_template("desk/letters/show.html", **context)


def _batch(public_id: str, *, lock: bool = False) -> LetterBatch:
    return letter_batches.batch_by_public_id(
        organisation_id=current_organisation().id, public_id=public_id, lock=lock
    )
