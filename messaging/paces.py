"""The rates of organisations and domains, kept in the database so that they hold over all workers.

Rows are locked in one order, organisations before domains and each by name, so that no two workers wait for
each other. A message that has to wait goes back to the queue and burns no attempt.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Row, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.database import db
from messaging import claims
from messaging.claims import Claim
from messaging.models import SendingPace
from messaging.rates import SKEW, Rates, free_again, room, spend

log = structlog.get_logger()

# Refused so often within the span for what we are (5.7.x), a domain is left alone for a while: going on makes
# a bad name worse.
REFUSALS, WITHIN, REST = 5, timedelta(minutes=10), timedelta(hours=1)
KEPT_FOR = timedelta(days=1)
_Pace = Row[str, datetime, datetime | None]
_Paces = dict[str, _Pace]


def room_of_organisations(ids: Collection[int], *, rates: Rates, now: datetime) -> dict[int, int]:
    """Return how many messages each may send now, locked for the rest of the transaction; empty without a
    limit."""
    if not rates.organisation or not ids:
        return {}
    found = _locked([_organisation(one) for one in ids], now=now)
    return {
        one: room(per_minute=rates.organisation, spent_until=found[_organisation(one)].spent_until, now=now)
        for one in ids
    }


def spend_of_organisations(taken: Mapping[int, int], *, rates: Rates, now: datetime) -> None:
    """Note how many messages each of the locked organisations sends now."""
    if rates.organisation:
        _spend({_organisation(one): number for one, number in taken.items()}, rates.organisation, now=now)


def within_domains(held: Sequence[Claim], *, rates: Rates, now: datetime) -> list[Claim]:
    """Return the claims whose domains may be written to now; the others go back to wait for their moment."""
    by_domain: dict[str, list[Claim]] = {}
    for claim in held:
        by_domain.setdefault(_domain(claim.domain), []).append(claim)
    found = _locked(by_domain, now=now) if rates.domain else _found(by_domain, lock=False)
    going = {
        subject: _going(group, found.get(subject), rates.domain, now) for subject, group in by_domain.items()
    }
    if rates.domain:
        _spend({subject: len(group) for subject, group in going.items()}, rates.domain, now=now)
    return [claim for group in going.values() for claim in group]


def _going(group: list[Claim], pace: _Pace | None, per_minute: int, now: datetime) -> list[Claim]:
    """Return the claims of one domain that may leave; give the others back."""
    if pace is None:
        return group
    # Further ahead than a rest lasts it was written by a clock that is wrong.
    if pace.rests_until is not None and now < pace.rests_until <= now + REST + SKEW:
        _wait(group, until=[pace.rests_until] * len(group), why="domain_rests")
        return []
    if not per_minute:
        return group
    fitting = room(per_minute=per_minute, spent_until=pace.spent_until, now=now)
    going, waiting = group[:fitting], group[fitting:]
    spent = spend(per_minute=per_minute, spent_until=pace.spent_until, now=now, messages=len(going))
    free = [
        free_again(per_minute=per_minute, spent_until=spent, now=now, behind=behind)
        for behind in range(len(waiting))
    ]
    _wait(waiting, until=free, why="domain_is_busy")
    return going


def count_refusal(*, domain: str, now: datetime) -> None:
    """Count that a domain refused a message for what we are; it rests after `REFUSALS` `WITHIN` a span."""
    subject = _domain(domain)
    _locked([subject], now=now)
    is_over = or_(SendingPace.refusals_since.is_(None), SendingPace.refusals_since <= now - WITHIN)
    counted = db.session.execute(
        update(SendingPace)
        .where(SendingPace.subject == subject)
        .values(
            refusals=case((is_over, 1), else_=SendingPace.refusals + 1),
            refusals_since=case((is_over, now), else_=SendingPace.refusals_since),
        )
        .returning(SendingPace.refusals)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    if counted >= REFUSALS:
        _change(subject, rests_until=now + REST, refusals=0, refusals_since=None)
        log.error("domain rests", domain=domain, until=(now + REST).isoformat())


def forget_old(*, now: datetime) -> None:
    """Delete what no longer says anything; the schedule calls it."""
    old = now - KEPT_FOR
    db.session.execute(
        delete(SendingPace)
        .where(
            SendingPace.spent_until < old,
            or_(SendingPace.refusals_since.is_(None), SendingPace.refusals_since < old),
            or_(SendingPace.rests_until.is_(None), SendingPace.rests_until < old),
        )
        .execution_options(synchronize_session=False)
    )


def _organisation(organisation_id: int) -> str:
    return f"organisation:{organisation_id}"


def _domain(domain: str) -> str:
    return f"domain:{domain}"


def _locked(subjects: Collection[str], *, now: datetime) -> _Paces:
    """Return the rows of these subjects, made where they are new, locked for the rest of the transaction."""
    if not subjects:
        return {}
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    new = [{"subject": one, "spent_until": now, "refusals": 0} for one in sorted(subjects)]
    db.session.execute(insert(SendingPace).values(new).on_conflict_do_nothing())
    return _found(subjects, lock=True)


def _found(subjects: Collection[str], *, lock: bool) -> _Paces:
    rows = (
        select(SendingPace.subject, SendingPace.spent_until, SendingPace.rests_until)
        .where(SendingPace.subject.in_(subjects))
        .order_by(SendingPace.subject)
    )
    return {row.subject: row for row in db.session.execute(rows.with_for_update() if lock else rows)}


def _spend(numbers: Mapping[str, int], per_minute: int, *, now: datetime) -> None:
    found = _found([subject for subject, number in numbers.items() if number], lock=False)
    for subject, pace in found.items():
        spent = spend(per_minute=per_minute, spent_until=pace.spent_until, now=now, messages=numbers[subject])
        _change(subject, spent_until=spent)


def _change(subject: str, **values: object) -> None:
    db.session.execute(
        update(SendingPace)
        .where(SendingPace.subject == subject)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _wait(group: Sequence[Claim], *, until: Sequence[datetime], why: str) -> None:
    for claim, moment in zip(group, until, strict=True):
        claims.give_back(claim, not_before=moment, state_reason=why)
