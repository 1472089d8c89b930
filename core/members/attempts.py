"""Brute force is counted in the database, so that the count holds across processes and restarts.

A try is counted before the password is looked at: a hundred tries at once are a hundred tries. Three counts
stand side by side (ASVS 5.0, 6.3.1): one account from one address, one address, and one account from
anywhere. The first is the one people meet; the second stops a walk through many accounts; the third, far
higher, stops a walk through many addresses without letting a single stranger lock a member out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from core.database import db
from core.members.models import SignInCount
from core.refusals import N_, Refusal


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries a span of time has."""

    tries: int
    span: timedelta


PAIR = Limit(10, timedelta(minutes=15))
ADDRESS = Limit(100, timedelta(minutes=15))
ACCOUNT = Limit(500, timedelta(hours=1))
MAILS_TO_ONE = Limit(3, timedelta(hours=1))
MAILS_FROM_ADDRESS = Limit(20, timedelta(hours=1))
# Of one organisation, in vain: who is refused learns that an address signs in somewhere, perhaps elsewhere.
INVITATIONS = Limit(5, timedelta(hours=1))


class TooManyTries(Refusal):
    """A limit was reached; `wait_seconds` says when the next try counts again."""

    sentence = N_("That was too often. Please wait %(minutes)s minutes and try again.")
    status = 429

    def __init__(self, *, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(minutes=-(-wait_seconds // 60))


def count_sign_in(*, email: str, address: str, now: datetime) -> None:
    """Count one try to sign in; commit it before looking at the password. Raises TooManyTries."""
    _count(_sign_in_subjects(email=email, address=address), now=now)


def forget_sign_in(*, email: str, address: str) -> None:
    """Forget the tries of an account from an address: the password was right. The address keeps its count."""
    subject, _limit = _sign_in_subjects(email=email, address=address)[0]
    db.session.execute(delete(SignInCount).where(SignInCount.subject_hash == subject))


def count_mail(*, email: str, address: str, now: datetime) -> None:
    """Count one request for a link by mail. Raises TooManyTries."""
    subjects = (
        (_hash("mail", network_of(address)), MAILS_FROM_ADDRESS),
        (_hash("mail-to", email), MAILS_TO_ONE),
    )
    _count(subjects, now=now)


def count_invitation(*, organisation_id: int, now: datetime) -> None:
    """Count one invitation; commit it before looking whether the address is known. Raises TooManyTries."""
    _count(((_of_invitations(organisation_id), INVITATIONS),), now=now)


def give_back_invitation(*, organisation_id: int) -> None:
    """Count one invitation less: it told nothing about anybody."""
    counted = SignInCount.subject_hash == _of_invitations(organisation_id)
    db.session.execute(delete(SignInCount).where(counted, SignInCount.tries == 1))
    db.session.execute(update(SignInCount).where(counted).values(tries=SignInCount.tries - 1))


def _of_invitations(organisation_id: int) -> str:
    return _hash("invitation", str(organisation_id))


def forget_old(*, now: datetime) -> int:
    """Delete counts whose span is over; return how many. The schedule calls it."""
    stale = db.session.execute(
        delete(SignInCount).where(SignInCount.ends_at <= now).returning(SignInCount.subject_hash)
    )
    return len(stale.all())


def network_of(address: str) -> str:
    """Return the address, or for IPv6 its /64: one household or server has all of it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"


def _sign_in_subjects(*, email: str, address: str) -> tuple[tuple[str, Limit], ...]:
    network = network_of(address)
    return (
        (_hash("pair", email, network), PAIR),
        (_hash("address", network), ADDRESS),
        (_hash("account", email), ACCOUNT),
    )


def _hash(*parts: str) -> str:
    return sha256("\x00".join(part.strip().lower() for part in parts).encode()).hexdigest()


def _count(subjects: Iterable[tuple[str, Limit]], *, now: datetime) -> None:
    """Count in one fixed order, so that two requests never wait for each other's rows."""
    waits = [wait for subject, limit in sorted(subjects) if (wait := _one_more(subject, limit, now=now))]
    if waits:
        raise TooManyTries(wait_seconds=max(waits))


def _one_more(subject: str, limit: Limit, *, now: datetime) -> int:
    """Add one to a count, or begin it anew when its span is over; return the seconds to wait, 0 for none."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    is_over = SignInCount.ends_at <= now
    statement = insert(SignInCount).values(subject_hash=subject, tries=1, ends_at=now + limit.span)
    counted = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[SignInCount.subject_hash],
            set_={
                "tries": case((is_over, 1), else_=SignInCount.tries + 1),
                "ends_at": case((is_over, statement.excluded.ends_at), else_=SignInCount.ends_at),
            },
        ).returning(SignInCount.tries, SignInCount.ends_at)
    ).one()
    if counted.tries <= limit.tries:
        return 0
    return max(1, -int((now - counted.ends_at) // timedelta(seconds=1)))
