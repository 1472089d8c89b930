"""`/desk/restore`: after a backup was restored, what may have left since, and the release."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core import clock, transaction
from core.members.models import Role
from core.organisations import restores
from core.refusals import Refusal
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from desk import lists, message_page
from desk.forms.restore import DecideForm, ReleaseForm
from dunning import restoring
from messaging import restored
from messaging.restored_models import Decision

blueprint = Blueprint("restore", __name__, url_prefix="/restore")


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    """Show what may have left since the backup, and how the portal is set going again."""
    return _show(ReleaseForm(formdata=None))


@blueprint.post("/decide")
@allows(Role.ADMINISTRATOR)
def decide() -> ResponseReturnValue:
    """Keep what was decided about the ticked messages, or about all of them."""
    form = DecideForm()
    chosen = form.messages.data or []
    if not form.validate_on_submit() or not (chosen or form.everything.data):
        flash(gettext("Tick the messages first, then press a button below them."), "part")
        return _show(ReleaseForm(formdata=None)), 422
    with transaction.writing():
        number = restored.decide(
            restore=restores.held_restore(organisation_id=current_organisation().id),
            decision=Decision(form.decision.data or ""),
            public_ids=None if form.everything.data else chosen,
            member_id=current_member().id,
            now=clock.now(),
        )
    flash(ngettext("Kept for %(num)s message.", "Kept for %(num)s messages.", number), "good")
    return redirect(url_for("desk.restore.show"), 303)


@blueprint.post("/release")
@allows(Role.ADMINISTRATOR)
def release() -> ResponseReturnValue:
    """Set the organisation going again."""
    form = ReleaseForm()
    if not form.validate_on_submit():
        flash(gettext("This page was open too long. Please send it again."), "part")
        return _show(form), 422
    try:
        with transaction.writing():
            restoring.release(
                organisation_id=current_organisation().id,
                ends_links=form.ends_links.data,
                stops_plans=form.stops_plans.data,
                member_id=current_member().id,
                now=clock.now(),
            )
    except Refusal as refusal:
        flash(sentence_of(refusal), "part")
        return _show(form), refusal.status
    flash(gettext("The portal goes on: messages leave, and runs can be approved."), "good")
    return redirect(url_for("desk.restore.show"), 303)


def _show(form: ReleaseForm) -> str:
    return render_template("desk/restore/show.html", **_context(form))


def _context(form: ReleaseForm) -> dict[str, Any]:
    organisation_id, page = current_organisation().id, lists.page_number()
    restore = restores.open_restore(organisation_id=organisation_id)
    if restore is None:
        return {"restore": None}
    total = restored.number_undecided(restore=restore)
    found = restored.undecided(restore=restore, page=page)
    return {
        "restore": restore,
        "form": form,
        "everything": DecideForm(formdata=None).everything,
        "rows": [message_page.row(row) | {"public_id": row.message.public_id} for row in found],
        "total": total,
        "pages": lists.pages(total=total, page=page, size=restored.SIZE),
        "plans": [plan.name for plan in restoring.automatic_plans(organisation_id=organisation_id)],
    }
