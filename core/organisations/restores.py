"""After a restore: whether an organisation stands still, and what that forbids."""

from datetime import datetime

from sqlalchemy import Select, bindparam, exists, select

from core import prepared
from core.database import db
from core.organisations.models import Restore
from core.refusals import N_, Refusal


class NotReleased(Refusal):
    """A backup was restored and nobody has released it yet, so nothing is sent and no run approved."""

    sentence = N_("A backup was restored. Nothing is sent before an administrator releases it.")
    status = 409


class NothingToRelease(Refusal):
    """Somebody was faster, or no backup was restored."""

    sentence = N_("There is nothing to release.")
    status = 409


def held() -> Select[int]:
    """Return the ids of the organisations that stand still, for use in a condition."""
    return select(Restore.organisation_id).where(Restore.released_at.is_(None))


def open_restore(*, organisation_id: int) -> Restore | None:
    """Return the restore that nobody has released yet."""
    return db.session.scalar(
        select(Restore).where(Restore.organisation_id == organisation_id, Restore.released_at.is_(None))
    )


def held_restore(*, organisation_id: int) -> Restore:
    """Return the same, locked for the rest of the transaction. Raises NothingToRelease."""
    found = db.session.scalar(
        select(Restore)
        .where(Restore.organisation_id == organisation_id, Restore.released_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NothingToRelease
    return found


def require_released(*, organisation_id: int) -> None:
    """Raise NotReleased while the organisation stands still."""
    if is_held(organisation_id=organisation_id):
        raise NotReleased


def held_or_not() -> Select[bool]:
    """Return what finds the same as `is_held` for `core.prepared`, as `is_held`."""
    return select(
        exists()
        .where(Restore.organisation_id == bindparam("of_organisation"), Restore.released_at.is_(None))
        .label("is_held")
    )


_HELD_OR_NOT = held_or_not()


def is_held(*, organisation_id: int) -> bool:
    """Return whether nothing may leave."""
    return bool(prepared.ask(_HELD_OR_NOT, organisation_id=organisation_id).scalar_one())


def hold(*, organisation_id: int, backup_at: datetime, now: datetime) -> Restore:
    """Let the organisation stand still from now on, and return the restore.

    A backup that was itself made before a release has one already: that goes on, from the older backup.
    """
    found = open_restore(organisation_id=organisation_id)
    if found is None:
        found = Restore(organisation_id=organisation_id, backup_at=backup_at, restored_at=now)
        db.session.add(found)
    found.backup_at, found.restored_at = min(found.backup_at, backup_at), now
    db.session.flush()
    return found
