"""Questions about links and visits."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from core import prepared, tenancy
from core.bulk import among
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.models import Channel, Debtor
from links import tokens
from links.models import AccessLink, Visit

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)
BY_MESSAGE = (Channel.EMAIL, Channel.SMS)


class LinkUnusable(Refusal):
    """A link that lets nobody in; every kind of it shows the same page."""

    sentence = N_("This link no longer works.")
    status = 410


class LinkUnknown(LinkUnusable):
    """No row, or the signature does not hold."""

    status = 404


class LinkExpired(LinkUnusable):
    """Its printed end has come."""


class LinkRevoked(LinkUnusable):
    """Somebody took it back, a newer link replaced it, or its organisation has closed."""


class VisitEnded(Refusal):
    """There is no visit, or it ended: by leaving, by 30 idle minutes, after 8 hours, or with its link."""

    sentence = N_("Your visit has ended. Open the link in our message again.")
    status = 401


class VisitContext(NamedTuple):
    """What a debtor's page needs to know of its visit: no word about the debtor but kind and language."""

    id: int
    organisation_id: int
    debtor_id: int
    debtor_kind: str
    language: str
    contents: dict[str, Any]
    seen_at: datetime
    link_id: int
    link_expires_at: datetime
    link_channel: Channel
    contact_point_id: int | None
    settings_version: int
    organisation_public_id: str

    @property
    def messages_by(self) -> Channel | None:
        """How the link came, when messages go the same way: it went to an address or number, by no letter."""
        is_told = self.contact_point_id is not None and self.link_channel in BY_MESSAGE
        return self.link_channel if is_told else None


def hashed(secret: str) -> str:
    """Return how a cookie's secret is stored."""
    return sha256(secret.encode()).hexdigest()


def link_behind(*, token: str, keys: Sequence[str], now: datetime) -> AccessLink:
    """Return the link that this token opens. Needs `tenancy.everywhere()`: nobody knows yet whose it is.

    Raises tokens.TokenMalformed, LinkUnknown, LinkExpired, LinkRevoked.
    """
    token_id, mac = tokens.read(tokens.without_punctuation(token))
    found = db.session.execute(
        select(AccessLink, Organisation.closed_at)
        .join(Organisation, Organisation.id == AccessLink.organisation_id)
        .where(AccessLink.token_id == token_id)
    ).one_or_none()
    link, closed_at = found or (None, None)
    if link is None or not tokens.holds(
        mac, token_id=token_id, generation=link.generation, expires_at=link.expires_at, keys=keys
    ):
        raise LinkUnknown
    if link.revoked_at is not None or closed_at is not None:
        raise LinkRevoked
    if now >= link.expires_at:
        raise LinkExpired
    return link


_v, _l, _o, _d = Visit.__table__, AccessLink.__table__, Organisation.__table__, Debtor.__table__
_VISIT = (
    select(
        _v.c.id,
        _v.c.organisation_id,
        _v.c.debtor_id,
        _d.c.kind,
        _v.c.language,
        _v.c.contents,
        _v.c.seen_at,
        _v.c.link_id,
        _l.c.expires_at,
        _l.c.channel,
        _l.c.contact_point_id,
        _o.c.settings_version,
        _o.c.public_id,
        tenancy.Entered(_v.c.organisation_id),
    )
    .select_from(
        _v.join(_l, (_l.c.organisation_id == _v.c.organisation_id) & (_l.c.id == _v.c.link_id))
        .join(_o, _o.c.id == _v.c.organisation_id)
        .join(_d, (_d.c.organisation_id == _v.c.organisation_id) & (_d.c.id == _v.c.debtor_id))
    )
    .where(
        _v.c.secret_hash == bindparam("secret_hash"),
        _v.c.ended_at.is_(None),
        _v.c.expires_at > bindparam("now"),
        _v.c.seen_at > bindparam("idle_since"),
        _l.c.revoked_at.is_(None),
        _o.c.closed_at.is_(None),
    )
)


def visit_behind(*, secret: str, now: datetime) -> VisitContext:
    """Return the visit of this cookie in one statement. Needs `tenancy.everywhere()`. Raises VisitEnded.

    The database works for the visit's organisation from then on: `tenancy.enter(…, is_told=True)` follows.
    A visit outlives the printed end of its link, so that nobody loses what they are typing at that minute.
    """
    row = (
        db.session.connection()
        .execute(_VISIT, {"secret_hash": hashed(secret), "now": now, "idle_since": now - IDLE})
        .one_or_none()
    )
    if row is None:
        raise VisitEnded
    return VisitContext._make(row[:-1])


def links_of(*, organisation_id: int, debtor_id: int) -> Sequence[AccessLink]:
    """Return the debtor's links, newest first."""
    return db.session.scalars(
        select(AccessLink)
        .where(AccessLink.organisation_id == organisation_id, AccessLink.debtor_id == debtor_id)
        .order_by(AccessLink.issued_at.desc(), AccessLink.id.desc())
    ).all()


def link_by_public_id(*, organisation_id: int, public_id: str) -> AccessLink:
    """Return the link. Raises LinkUnknown."""
    link = db.session.scalar(
        select(AccessLink).where(
            AccessLink.organisation_id == organisation_id, AccessLink.public_id == public_id
        )
    )
    if link is None:
        raise LinkUnknown
    return link


def link_by_id(*, organisation_id: int, link_id: int) -> AccessLink:
    """Return the link that a row of ours names."""
    return db.session.scalars(
        select(AccessLink).where(AccessLink.organisation_id == organisation_id, AccessLink.id == link_id)
    ).one()


class WayIn(NamedTuple):
    """What a message says about its link, and what may have ended it."""

    link_id: int
    token_id: bytes
    generation: int
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    closed_at: datetime | None
    zone: str


_WAYS_IN = (
    select(
        AccessLink.id,
        AccessLink.token_id,
        AccessLink.generation,
        AccessLink.issued_at,
        AccessLink.expires_at,
        AccessLink.revoked_at,
        Organisation.closed_at,
        Organisation.zone,
    )
    .join(Organisation, Organisation.id == AccessLink.organisation_id)
    .where(
        AccessLink.organisation_id == bindparam("of_organisation"),
        AccessLink.id.in_(bindparam("ids", expanding=True)),
    )
)


def ways_in(*, organisation_id: int, link_ids: Collection[int]) -> dict[int, WayIn]:
    """Return what messages say about links of an organisation, by the link's id."""
    found = prepared.ask(_WAYS_IN, organisation_id=organisation_id, ids=link_ids)
    return {row[0]: WayIn._make(row) for row in found}


def revoked_among(*, organisation_id: int, link_ids: Collection[int]) -> frozenset[int]:
    """Return those of these links that somebody took back."""
    found = select(AccessLink.id).where(
        AccessLink.organisation_id == organisation_id,
        among(AccessLink.id, link_ids),
        AccessLink.revoked_at.is_not(None),
    )
    return frozenset(db.session.scalars(found))


def address_of(link: AccessLink | WayIn, *, base_url: str, keys: Sequence[str]) -> str:
    """Return the address that opens the link, built from the configured base, never from a request."""
    token = tokens.write(
        token_id=link.token_id, generation=link.generation, expires_at=link.expires_at, keys=keys
    )
    return f"{base_url}/k/{token}"


def address_to_type(link: AccessLink | WayIn, *, base_url: str, keys: Sequence[str]) -> tuple[str, str]:
    """Return the same address as it is printed: the site without `https://`, and the code after it."""
    url = address_of(link, base_url=base_url, keys=keys)
    return without_scheme(url[: -tokens.LENGTH]), tokens.typed(url[-tokens.LENGTH :])


def without_scheme(address: str) -> str:
    """Return an address as people type it: browsers add `https://` themselves."""
    return address.partition("://")[2] or address
