"""Who of a proposal gets a message: debtors are left out and taken back in until somebody decides."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, literal, select, update

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from dunning.models import (
    DunningNotice,
    DunningNoticeInvoice,
    DunningRun,
    DunningSkip,
    NoticeState,
    RunState,
)
from dunning.schedule import Reason
from invoices.models import Debtor


class RunDecided(Refusal):
    """Somebody approved or discarded the run before."""

    sentence = N_("Somebody has already decided on this proposal.")
    status = 409


def choose(
    *,
    run: DunningRun,
    shown: Collection[str],
    kept: Collection[str],
    now: datetime,
    member_id: int | None,
) -> int:
    """Leave out the debtors (public ids) that were shown and not kept, take back in the kept ones.

    Returns how many changed. Raises RunDecided.
    """
    _hold(run)
    left_out = _move(run, set(shown) - set(kept), NoticeState.PROPOSED, NoticeState.LEFT_OUT)
    taken_in = _move(run, set(kept), NoticeState.LEFT_OUT, NoticeState.PROPOSED)
    if left_out or taken_in:
        tell(run, "dunning_run.chosen", now, member_id, left_out=left_out, taken_in=taken_in)
    return left_out + taken_in


def leave_out(*, run: DunningRun, debtor_id: int, now: datetime, member_id: int | None) -> None:
    """Leave one debtor out of a proposal. Raises RunDecided."""
    debtor = db.session.get_one(Debtor, debtor_id)
    choose(
        run=run,
        shown=(debtor.public_id,),
        kept=(),
        now=now,
        member_id=member_id,
    )


def skip_left_out(run: DunningRun) -> None:
    """Note the invoices of debtors who were left out among the skips, so that each has its reason."""
    left_out = (
        select(
            DunningNotice.organisation_id,
            DunningNotice.run_id,
            DunningNoticeInvoice.invoice_id,
            DunningNotice.debtor_id,
            literal(Reason.LEFT_OUT.value),
            literal(""),
        )
        .join(DunningNoticeInvoice, DunningNoticeInvoice.notice_id == DunningNotice.id)
        .where(
            DunningNotice.organisation_id == run.organisation_id,
            DunningNotice.run_id == run.id,
            DunningNotice.state == NoticeState.LEFT_OUT,
        )
    )
    columns = ("organisation_id", "run_id", "invoice_id", "debtor_id", "reason", "detail")
    db.session.execute(insert(DunningSkip).from_select(columns, left_out))
    notices = select(DunningNotice.id).where(
        DunningNotice.organisation_id == run.organisation_id,
        DunningNotice.run_id == run.id,
        DunningNotice.state == NoticeState.LEFT_OUT,
    )
    db.session.execute(
        delete(DunningNoticeInvoice)
        .where(
            DunningNoticeInvoice.organisation_id == run.organisation_id,
            DunningNoticeInvoice.notice_id.in_(notices),
        )
        .execution_options(synchronize_session=False)
    )


def tell(run: DunningRun, what: str, now: datetime, member_id: int | None, **details: object) -> None:
    """Add a line about the run to the audit trail."""
    audit.record(
        organisation_id=run.organisation_id,
        what=what,
        about="dunning_run",
        about_id=run.id,
        now=now,
        member_id=member_id,
        details={"run_on": run.run_on.isoformat(), **details},
    )


def _hold(run: DunningRun) -> None:
    db.session.refresh(run, with_for_update=True)
    if run.state is not RunState.PROPOSED:
        raise RunDecided


def _move(run: DunningRun, debtors: Collection[str], old: NoticeState, new: NoticeState) -> int:
    chosen = select(Debtor.id).where(
        Debtor.organisation_id == run.organisation_id, Debtor.public_id.in_(debtors)
    )
    moved = db.session.execute(
        update(DunningNotice)
        .where(
            DunningNotice.organisation_id == run.organisation_id,
            DunningNotice.run_id == run.id,
            DunningNotice.state == old,
            DunningNotice.debtor_id.in_(chosen),
        )
        .values(state=new)
        .returning(DunningNotice.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(moved)
