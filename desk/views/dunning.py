"""`/desk/dunning`: runs proposed, looked over, approved and watched."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core import clock, transaction
from core.members.models import Role
from core.organisations import restores
from core.refusals import Refusal
from core.web.formats import moment
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import language, sentence_of
from desk import dunning_words as words
from desk.dunning_page import run_context, runs_context, skipped_context
from desk.dunning_sheet import sheet_of
from desk.lists import page_number
from dunning import choosing, operations, queries
from dunning.models import DunningPolicy, DunningRun, RunState
from dunning.policy_refusals import PolicyRefused
from invoices.freshness import PaymentDataTooOld
from messaging.approaches import opening

blueprint = Blueprint("dunning", __name__, url_prefix="/dunning")
# As many messages are queued before the page answers; a worker goes on with the rest.
AT_ONCE = 100
CHUNKS_AT_ONCE = 20


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the runs and the policy."""
    return render_template("desk/dunning/list.html", **runs_context(page=page_number()))


@blueprint.post("/propose")
@allows(Role.AGENT)
def propose() -> ResponseReturnValue:
    """Propose a run of a plan (the default one if none is named), or go to the one that waits already."""
    organisation, member = current_organisation(), current_member()
    try:
        with transaction.writing():
            run = operations.begin(
                organisation=organisation, policy_id=_plan().id, now=clock.now(), member_id=member.id
            )
            public_id = run.public_id
        _fill(public_id)
    except operations.ProposalWaiting as refusal:
        flash(sentence_of(refusal))
        public_id = refusal.run
    except PolicyRefused as refusal:
        flash(sentence_of(refusal), "part")
        return redirect(url_for("desk.dunning.index"), 303)
    except PaymentDataTooOld as refusal:
        flash(words.too_old(refusal), "part")
        return redirect(url_for("desk.dunning.index"), 303)
    return redirect(url_for("desk.dunning.show", public_id=public_id), 303)


def _plan() -> DunningPolicy:
    named, owner = request.form.get("plan", ""), current_organisation().id
    if named:
        return queries.policy_by_public_id(organisation_id=owner, public_id=named)
    return queries.default_policy(organisation_id=owner)


def _fill(public_id: str) -> None:
    """Fill the run chunk by chunk, each in its own transaction; a worker goes on with a very long one."""
    for _chunk in range(CHUNKS_AT_ONCE):
        with transaction.writing():
            if not operations.fill(organisation=current_organisation(), run=_run(public_id), chunks=1):
                return


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show one run."""
    context = run_context(
        run=_run(public_id),
        page=page_number(),
        event=request.args.get("stage", ""),
        channel=request.args.get("channel", ""),
    )
    return render_template("desk/dunning/show.html", **context)


@blueprint.post("/<public_id>/choose")
@allows(Role.AGENT)
def choose(public_id: str) -> ResponseReturnValue:
    """Leave out the debtors that were unticked on this page of the proposal."""
    try:
        with transaction.writing():
            changed = _choose(_run(public_id))
    except choosing.RunDecided as refusal:
        return _too_late(public_id, refusal)
    flash(ngettext("%(num)s debtor was changed.", "%(num)s debtors were changed.", changed))
    return redirect(url_for("desk.dunning.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/approve")
@allows(Role.AGENT)
def approve(public_id: str) -> ResponseReturnValue:
    """Leave out who was unticked, and queue the messages; a second press goes on and doubles nothing."""
    try:
        with transaction.writing():
            run = _run(public_id)
            if run.state is RunState.PROPOSED:
                _choose(run)
            operations.confirm(
                organisation=current_organisation(),
                run=run,
                member_id=current_member().id,
                now=clock.now(),
                at_most=AT_ONCE,
                waits=False,
            )
    except (choosing.RunDecided, restores.NotReleased) as refusal:
        return _too_late(public_id, refusal)
    except PaymentDataTooOld as refusal:
        flash(words.too_old(refusal), "part")
        return redirect(url_for("desk.dunning.show", public_id=public_id), 303)
    flash(_when_they_leave(), "good")
    return redirect(url_for("desk.dunning.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/discard")
@allows(Role.AGENT)
def discard(public_id: str) -> ResponseReturnValue:
    """Drop a proposal."""
    try:
        with transaction.writing():
            operations.discard(run=_run(public_id), member_id=current_member().id, now=clock.now())
    except choosing.RunDecided as refusal:
        return _too_late(public_id, refusal)
    flash(gettext("The proposal was discarded. Nothing was sent."))
    return redirect(url_for("desk.dunning.index"), 303)


@blueprint.get("/<public_id>/skipped")
@allows(Role.VIEWER)
def skipped(public_id: str) -> ResponseReturnValue:
    """Show every invoice that was skipped for one reason."""
    context = skipped_context(run=_run(public_id), reason=request.args.get("reason", ""), page=page_number())
    return render_template("desk/dunning/skipped.html", **context)


@blueprint.get("/<public_id>/skipped.csv")
@allows(Role.VIEWER)
def download(public_id: str) -> ResponseReturnValue:
    """Send every skipped invoice with its reason as a file for a spreadsheet."""
    run = _run(public_id)
    name = f"skipped-{run.run_on.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return sheet_of(run), 200, headers | {"Content-Type": "text/csv; charset=utf-8"}


def _when_they_leave() -> str:
    organisation, now = current_organisation(), clock.now()
    opens_at = opening(organisation=organisation, country="", at=now)
    if opens_at == now:
        return str(gettext("The run was approved. The messages go out now."))
    day = moment(opens_at, language(), organisation.zone)
    return str(gettext("The run was approved. The messages go out from %(moment)s.", moment=day))


def _too_late(public_id: str, refusal: Refusal) -> ResponseReturnValue:
    """Show the run as somebody else left it."""
    flash(sentence_of(refusal))
    return redirect(url_for("desk.dunning.show", public_id=public_id), 303)


def _run(public_id: str) -> DunningRun:
    return queries.run_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _choose(run: DunningRun) -> int:
    return choosing.choose(
        run=run,
        shown=request.form.getlist("shown"),
        kept=request.form.getlist("kept"),
        now=clock.now(),
        member_id=current_member().id,
    )
