"""Changes to links and visits: issue, enter, leave, revoke."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select, update

from core import audit
from core.bulk import store_all
from core.database import db
from core.identifiers import public_ids
from core.identifiers import secret as new_secret
from core.organisations.models import Organisation
from core.planner import look_at_growth
from invoices.models import Channel, Debtor
from links.models import AccessLink, Visit, token_id
from links.queries import ABSOLUTE, IDLE, hashed, link_behind
from links.validity import end_of

# ASVS 5.0, 7.1.2: how many visits one link may have at once; the one seen longest ago makes room. A person
# and their household do not open so many; a link that was passed on, or a program that presses buttons, does.
MOST_VISITS = 10


def issue(
    *,
    organisation: Organisation,
    debtor_id: int,
    contact_point_id: int | None,
    channel: Channel,
    now: datetime,
) -> AccessLink:
    """Return a new link for the debtor whose end is fixed now from the organisation's setting."""
    link = AccessLink(
        organisation_id=organisation.id,
        debtor_id=debtor_id,
        contact_point_id=contact_point_id,
        channel=channel,
        issued_at=now,
        expires_at=_end(organisation, now),
    )
    db.session.add(link)
    db.session.flush()
    return link


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a link is for, and where the message with it goes."""

    debtor_id: int
    contact_point_id: int | None
    channel: Channel


def issue_all(*, organisation: Organisation, addressees: Sequence[Addressee], now: datetime) -> list[int]:
    """Store a new link for each, as `issue` does one, and return their ids in the same order."""
    names = list(islice(public_ids(), len(addressees)))
    stored = store_all(
        AccessLink,
        [
            {
                "public_id": name,
                "token_id": token_id(),
                "debtor_id": one.debtor_id,
                "contact_point_id": one.contact_point_id,
                "channel": one.channel,
            }
            for name, one in zip(names, addressees, strict=True)
        ],
        organisation_id=organisation.id,
        same={"issued_at": now, "expires_at": _end(organisation, now)},
        returning=(AccessLink.public_id, AccessLink.id),
    )
    look_at_growth(AccessLink.__tablename__, len(names))
    ids: dict[str, int] = dict(stored)
    return [ids[name] for name in names]


def _end(organisation: Organisation, issued_at: datetime) -> datetime:
    return end_of(issued_at=issued_at, hours=organisation.link_validity_hours, zone=organisation.zone)


def enter(
    *, token: str, keys: Sequence[str], old_secret: str | None, language: str | None, now: datetime
) -> tuple[Visit, str]:
    """Begin a visit and return it with the cookie's secret; an older visit of this browser ends.

    `language` is what the visitor chose before entering; without it the debtor's own is spoken. Needs
    `tenancy.everywhere()`. Raises what `links.queries.link_behind` raises.
    """
    link = link_behind(token=token, keys=keys, now=now)
    if old_secret:
        leave(secret=old_secret, now=now)
    if language is None:
        debtor = db.session.get_one(Debtor, link.debtor_id)
        language = debtor.language
    secret = new_secret()
    visit = Visit(
        organisation_id=link.organisation_id,
        link_id=link.id,
        debtor_id=link.debtor_id,
        secret_hash=hashed(secret),
        language=language,
        started_at=now,
        seen_at=now,
        expires_at=now + ABSOLUTE,
    )
    db.session.add(visit)
    link.first_entered_at = link.first_entered_at or now
    link.entered = AccessLink.entered + 1
    db.session.flush()
    # The flush holds the link: of two who come in at once the second counts the first.
    _make_room(link, now=now)
    audit.record(
        organisation_id=link.organisation_id,
        what="link.entered",
        about="link",
        about_id=link.id,
        now=now,
        by_debtor=True,
        debtor_id=link.debtor_id,
        details={"channel": link.channel.value},
    )
    return visit, secret


def _make_room(link: AccessLink, *, now: datetime) -> None:
    running = select(Visit.id).where(
        Visit.organisation_id == link.organisation_id,
        Visit.link_id == link.id,
        Visit.ended_at.is_(None),
        Visit.expires_at > now,
        Visit.seen_at > now - IDLE,
    )
    staying = running.order_by(Visit.seen_at.desc(), Visit.id.desc()).limit(MOST_VISITS)
    if len(db.session.scalars(running).all()) > MOST_VISITS:
        db.session.execute(
            update(Visit)
            .where(Visit.organisation_id == link.organisation_id, Visit.id.in_(running))
            .where(Visit.id.not_in(staying))
            .values(ended_at=now)
            .execution_options(synchronize_session=False)
        )


def leave(*, secret: str, now: datetime) -> None:
    """End the visit of this cookie, if there is one."""
    db.session.execute(
        update(Visit)
        .where(Visit.secret_hash == hashed(secret), Visit.ended_at.is_(None))
        .values(ended_at=now)
    )


def keep(*, organisation_id: int, visit_id: int, now: datetime, **changes: Any) -> None:
    """Note that the visitor was here now, and store `contents` or `language` if given."""
    db.session.execute(
        update(Visit)
        .where(Visit.organisation_id == organisation_id, Visit.id == visit_id)
        .values(seen_at=now, **changes)
    )


def revoke_of_contact(*, contact_point_id: int, reason: str, now: datetime, member_id: int | None) -> int:
    """Take back every link that was sent to a contact point and still opens; return how many."""
    links = db.session.scalars(
        select(AccessLink).where(
            AccessLink.contact_point_id == contact_point_id,
            AccessLink.revoked_at.is_(None),
            AccessLink.expires_at > now,
        )
    ).all()
    for link in links:
        revoke(link=link, reason=reason, now=now, member_id=member_id)
    return len(links)


def revoke(*, link: AccessLink, reason: str, now: datetime, member_id: int | None = None) -> None:
    """Take a link back: it opens nothing any more and its visits end with their next request."""
    if link.revoked_at is not None:
        return
    link.revoked_at, link.revoke_reason, link.revoked_by_id = now, reason, member_id
    db.session.flush()
    audit.record(
        organisation_id=link.organisation_id,
        what="link.revoked",
        about="link",
        about_id=link.id,
        now=now,
        member_id=member_id,
        debtor_id=link.debtor_id,
        details={"reason": reason},
    )
