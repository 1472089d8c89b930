"""An organisation after a restore: what stands still from then on, and how it is set going again.

What was decided between the backup and the restore is not known here: proposals may have been approved, links
taken back, colleagues shut out. So what is half done is dropped, and who was signed in signs in again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core import audit
from core.database import db
from core.members.models import MemberSession
from core.organisations import restores
from core.organisations.models import Restore
from core.refusals import N_, Refusal
from dunning.models import DunningNotice, DunningPolicy, DunningRun, NoticeState, RunState
from links.models import AccessLink, Visit
from messaging import restored


class NotAllDecided(Refusal):
    """Messages that may have left since the backup wait for a decision."""

    sentence = N_("Decide about every message first. Left: %(count)s.")
    status = 409


def stand_still(*, organisation_id: int, backup_at: datetime, now: datetime) -> int:
    """Let the organisation stand still after a restore; return how many messages may have left since.

    Proposals are discarded, and what approved runs had not queued yet is kept back: both may have been
    carried out after the backup. A new proposal finds the same debtors. All sessions and visits end.
    """
    restore = restores.hold(organisation_id=organisation_id, backup_at=backup_at, now=now)
    listed = restored.hold_back(restore=restore)
    proposals = _drop_proposals(organisation_id, now)
    notices = _keep_back_notices(organisation_id)
    for table in (MemberSession, Visit):
        _changed(table, table.ended_at.is_(None), organisation_id=organisation_id, ended_at=now)
    _tell(
        restore,
        "restore.begun",
        now,
        None,
        backup_at=restore.backup_at.isoformat(),
        messages=listed,
        proposals=proposals,
        notices=notices,
    )
    return listed


def automatic_plans(*, organisation_id: int) -> Sequence[DunningPolicy]:
    """Return the policies that run by themselves, by name."""
    return db.session.scalars(
        select(DunningPolicy)
        .where(DunningPolicy.organisation_id == organisation_id, DunningPolicy.is_automatic)
        .order_by(DunningPolicy.name)
    ).all()


def release(
    *, organisation_id: int, ends_links: bool, stops_plans: bool, member_id: int, now: datetime
) -> None:
    """Set the organisation going again: what is queued leaves and runs may be approved.

    With `ends_links` every link of before opens nothing any more, also one that was taken back after the
    backup and works again; what is still to be sent gets a link that works. With `stops_plans` no policy runs
    by itself until somebody lets it. Raises NothingToRelease and NotAllDecided.
    """
    restore = restores.held_restore(organisation_id=organisation_id)
    count = restored.number_undecided(restore=restore)
    if count:
        raise NotAllDecided(count=count)
    links = _end_links(organisation_id, now) if ends_links else 0
    plans = [plan.name for plan in automatic_plans(organisation_id=organisation_id)] if stops_plans else []
    if plans:
        _changed(
            DunningPolicy, DunningPolicy.is_automatic, organisation_id=organisation_id, is_automatic=False
        )
    restore.released_at, restore.released_by_id = now, member_id
    db.session.flush()
    _tell(restore, "restore.released", now, member_id, links=links, plans=plans)


def _end_links(organisation_id: int, now: datetime) -> int:
    _changed(Visit, Visit.ended_at.is_(None), organisation_id=organisation_id, ended_at=now)
    return _changed(
        AccessLink,
        AccessLink.revoked_at.is_(None),
        AccessLink.expires_at > now,
        organisation_id=organisation_id,
        generation=AccessLink.generation + 1,
    )


def _drop_proposals(organisation_id: int, now: datetime) -> int:
    return _changed(
        DunningRun,
        DunningRun.state.in_((RunState.FILLING, RunState.PROPOSED)),
        organisation_id=organisation_id,
        state=RunState.DISCARDED,
        decided_at=now,
    )


def _keep_back_notices(organisation_id: int) -> int:
    approved = select(DunningRun.id).where(
        DunningRun.organisation_id == organisation_id, DunningRun.state == RunState.CONFIRMED
    )
    return _changed(
        DunningNotice,
        DunningNotice.state == NoticeState.PROPOSED,
        DunningNotice.run_id.in_(approved),
        organisation_id=organisation_id,
        state=NoticeState.HELD_BACK,
    )


def _changed(table: Any, *which: Any, organisation_id: int, **values: Any) -> int:
    """Change those rows of the organisation and return how many there were."""
    changing = update(table).where(table.organisation_id == organisation_id, *which).values(**values)
    found = db.session.execute(changing.returning(table.id).execution_options(synchronize_session=False))
    return len(found.all())


def _tell(restore: Restore, what: str, now: datetime, member_id: int | None, **details: Any) -> None:
    audit.record(
        organisation_id=restore.organisation_id,
        what=what,
        about="restore",
        about_id=restore.id,
        now=now,
        member_id=member_id,
        details=details,
    )
