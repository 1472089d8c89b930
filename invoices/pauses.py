"""Pauses: a debtor who gets no collection message until a day, for a reason a person wrote down."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Exists, bindparam, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from core import audit, prepared
from core.bulk import among_given
from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from core.texts import one_line
from invoices.models import Debtor, DebtorPause
from invoices.queries import DebtorUnknown

LONGEST_DAYS = 366
LONGEST_REASON = 200


class PauseWithoutReason(Refusal):
    """Who reads this later has to know why nobody wrote."""

    sentence = N_("Say why reminders wait.")


class PauseReasonTooLong(Refusal):
    """More than fits."""

    sentence = N_("This text is too long. At most %(most)s characters fit.")


class PauseEndOutOfRange(Refusal):
    """A pause ends on a day to come, and within a year."""

    sentence = N_("Choose a day from tomorrow up to one year from now.")


class NoPause(Refusal):
    """Nothing to end: somebody else ended it, or it ended by itself."""

    sentence = N_("Reminders to this debtor do not wait any more.")
    status = 409


def pause(
    *, organisation: Organisation, debtor_id: int, reason: str, ends_on: date, member_id: int, now: datetime
) -> DebtorPause:
    """Let nobody write to the debtor about money until `ends_on`; a pause in force is replaced.

    Raises DebtorUnknown, PauseWithoutReason, PauseReasonTooLong and PauseEndOutOfRange.
    """
    reason, today = one_line(reason), day_in(now, organisation.zone)
    if not reason:
        raise PauseWithoutReason
    if len(reason) > LONGEST_REASON:
        raise PauseReasonTooLong(most=LONGEST_REASON)
    if not today < ends_on <= today + timedelta(days=LONGEST_DAYS):
        raise PauseEndOutOfRange
    hold_debtor(organisation_id=organisation.id, debtor_id=debtor_id)
    _end(organisation.id, debtor_id, now)
    made = DebtorPause(
        organisation_id=organisation.id,
        debtor_id=debtor_id,
        member_id=member_id,
        reason=reason,
        started_at=now,
        ends_on=ends_on,
    )
    db.session.add(made)
    db.session.flush()
    _tell("debtor.paused", organisation.id, debtor_id, member_id, now, reason=reason, day=ends_on.isoformat())
    return made


def end_pause(*, organisation: Organisation, debtor_id: int, member_id: int, now: datetime) -> None:
    """End the pause in force before its day. Raises DebtorUnknown and NoPause."""
    hold_debtor(organisation_id=organisation.id, debtor_id=debtor_id)
    today = day_in(now, organisation.zone)
    if pause_of(organisation_id=organisation.id, debtor_id=debtor_id, today=today) is None:
        raise NoPause
    _end(organisation.id, debtor_id, now)
    _tell("debtor.pause_ended", organisation.id, debtor_id, member_id, now)


def pause_of(*, organisation_id: int, debtor_id: int, today: date) -> DebtorPause | None:
    """Return the debtor's pause that is in force today."""
    return db.session.scalar(
        select(DebtorPause).where(
            DebtorPause.organisation_id == organisation_id,
            DebtorPause.debtor_id == debtor_id,
            DebtorPause.ended_at.is_(None),
            DebtorPause.ends_on > today,
        )
    )


def has_pause(debtor_id: InstrumentedAttribute[int | None], *, today: ColumnElement[date]) -> Exists:
    """Return the condition that a debtor, a column of this organisation's, has a pause in force today."""
    return exists().where(
        DebtorPause.organisation_id == bindparam("of_organisation"),
        DebtorPause.debtor_id == debtor_id,
        DebtorPause.ended_at.is_(None),
        DebtorPause.ends_on > today,
    )


_IN_FORCE = select(DebtorPause.debtor_id, DebtorPause.ends_on).where(
    DebtorPause.organisation_id == bindparam("of_organisation"),
    among_given(DebtorPause.debtor_id),
    DebtorPause.ended_at.is_(None),
    DebtorPause.ends_on > bindparam("today"),
)


def paused_until(*, organisation_id: int, debtor_ids: Collection[int], today: date) -> dict[int, date]:
    """Return for each debtor with a pause in force today the first day on which they may be written to."""
    rows = prepared.ask(_IN_FORCE, organisation_id=organisation_id, ids=debtor_ids, today=today)
    return dict(rows.all())


_HOLD = (
    select(Debtor.country)
    .where(
        Debtor.organisation_id == bindparam("of_organisation"),
        Debtor.id == bindparam("debtor_id"),
    )
    .with_for_update(key_share=True)
)


def hold_debtor(*, organisation_id: int, debtor_id: int | None) -> str:
    """Hold the debtor until the transaction ends: a pause and a message that leaves come one after the other.

    Returns the debtor's country (ISO 3166, or empty). Raises DebtorUnknown.
    """
    found = prepared.ask(_HOLD, organisation_id=organisation_id, debtor_id=debtor_id).first()
    if found is None:
        raise DebtorUnknown
    country: str = found.country
    return country


def _end(organisation_id: int, debtor_id: int, now: datetime) -> None:
    """Close the pause that stands, in force or run out, to make room for another one."""
    stands = db.session.scalars(
        select(DebtorPause).where(
            DebtorPause.organisation_id == organisation_id,
            DebtorPause.debtor_id == debtor_id,
            DebtorPause.ended_at.is_(None),
        )
    ).all()
    for one in stands:
        one.ended_at = now
    db.session.flush()


def _tell(
    what: str, organisation_id: int, debtor_id: int, member_id: int, now: datetime, **details: str
) -> None:
    audit.record(
        organisation_id=organisation_id,
        what=what,
        about="debtor",
        about_id=debtor_id,
        now=now,
        member_id=member_id,
        debtor_id=debtor_id,
        details=details,
    )
