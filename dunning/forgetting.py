"""Which invoices old runs left alone is forgotten; how many, and why, stays with the run.

A run every day over many overdue invoices notes most of them each time. Nobody asks after months why one
reminder did not go out, and the invoices keep their own history.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from core.database import db
from dunning.models import DunningRun, DunningSkip, RunState
from dunning.queries import same, skips_by_reason

KEPT = timedelta(days=90)
AT_ONCE = 5_000


def forget_skips(*, organisation_id: int, now: datetime, at_most: int = AT_ONCE) -> bool:
    """Forget at most so many skips of a run that was decided about long ago; return whether there was one.

    How many there were for each reason is stored with the run before the first of them goes, so whoever goes
    on after a stop counts nothing anew.
    """
    run = _half_forgotten(organisation_id) or _old(organisation_id, now)
    if run is None:
        return False
    if run.skip_counts is None:
        run.skip_counts = skips_by_reason(run=run)
        db.session.flush()
    some = (
        select(DunningSkip.id)
        .where(DunningSkip.organisation_id == organisation_id, DunningSkip.run_id == run.id)
        .limit(at_most)
    )
    db.session.execute(
        delete(DunningSkip)
        .where(DunningSkip.organisation_id == organisation_id, DunningSkip.id.in_(some))
        .execution_options(synchronize_session=False)
    )
    return True


def _half_forgotten(organisation_id: int) -> DunningRun | None:
    """Return a run whose skips are counted and not all gone."""
    left = select(DunningSkip.id).where(same(DunningRun, DunningSkip, "run_id")).exists()
    return _first(organisation_id, DunningRun.skip_counts.is_not(None), left)


def _old(organisation_id: int, now: datetime) -> DunningRun | None:
    """Return a run that was decided about long ago; an approved one may still have messages to write."""
    is_over = or_(DunningRun.state == RunState.DISCARDED, DunningRun.finished_at.is_not(None))
    is_old = DunningRun.decided_at < now - KEPT
    return _first(organisation_id, DunningRun.skip_counts.is_(None), is_old, is_over)


def _first(organisation_id: int, *which: ColumnElement[bool]) -> DunningRun | None:
    return db.session.scalar(
        select(DunningRun)
        .where(DunningRun.organisation_id == organisation_id, *which)
        .order_by(DunningRun.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
