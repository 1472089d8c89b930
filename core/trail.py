"""Questions about the audit trail: the lines of a timeline, newest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from core.audit import Actor, AuditEvent
from core.database import db
from core.members.models import Member

MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail; `name` is the member's, None when the debtor or the portal did it."""

    at: datetime
    actor: Actor
    what: str
    about: str
    about_id: int
    details: dict[str, Any]
    name: str | None
    id: int


def lines_of_debtor(*, organisation_id: int, debtor_id: int, most: int = MOST) -> Sequence[Line]:
    """Return what happened around a debtor: their invoices, links and reactions included."""
    return _lines(organisation_id, AuditEvent.debtor_id == debtor_id, most)


def lines_about(
    *, organisation_id: int, things: Collection[tuple[str, int]], most: int = MOST
) -> Sequence[Line]:
    """Return what happened to these things, each named as `about` and `about_id` name it."""
    which = or_(
        false(), *(and_(AuditEvent.about == about, AuditEvent.about_id == id_) for about, id_ in things)
    )
    return _lines(organisation_id, which, most)


def lines_of_kinds(
    *,
    organisation_id: int,
    abouts: Collection[str],
    without: Collection[str] = (),
    before_id: int | None = None,
    most: int = MOST,
) -> Sequence[Line]:
    """Return what happened to all things of these kinds, but for some events; older than line `before_id`."""
    which = and_(AuditEvent.about.in_(abouts), AuditEvent.what.not_in(without))
    if before_id is not None:
        which = and_(which, AuditEvent.id < before_id)
    return _lines(organisation_id, which, most)


def _lines(organisation_id: int, which: ColumnElement[bool], most: int) -> Sequence[Line]:
    rows = db.session.execute(
        select(
            AuditEvent.at,
            AuditEvent.actor,
            AuditEvent.what,
            AuditEvent.about,
            AuditEvent.about_id,
            AuditEvent.details,
            Member.name,
            AuditEvent.id,
        )
        .outerjoin(
            Member,
            and_(Member.id == AuditEvent.member_id, Member.organisation_id == AuditEvent.organisation_id),
        )
        .where(AuditEvent.organisation_id == organisation_id, which)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(most)
    )
    return [Line(*row) for row in rows]
