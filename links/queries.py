"""Questions about links and visits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from core import prepared, tenancy
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.models import Debtor
from links import tokens
from links.models import AccessLink, Visit

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=8)


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
    settings_version: int
    organisation_public_id: str


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

    token_id: bytes
    generation: int
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    closed_at: datetime | None
    zone: str


_WAY_IN = (
    select(
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
        AccessLink.id == bindparam("link_id"),
    )
)


def way_in(*, organisation_id: int, link_id: int) -> WayIn:
    """Return what a message says about its link."""
    return WayIn._make(prepared.ask(_WAY_IN, organisation_id=organisation_id, link_id=link_id).one())


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
