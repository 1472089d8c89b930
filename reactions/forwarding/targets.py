"""Where an organisation's reactions are forwarded to: set and taken away by whoever runs the installation.

No page asks for it: an address that somebody types there would be one that our server opens for them.
"""

import secrets
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from reactions.forwarding.models import (
    LONGEST_URL,
    ForwardedReaction,
    ForwardingState,
    ForwardingTarget,
)

STOPPED = "stopped"


class AddressRefused(Refusal):
    """Reactions are posted to an address of https only, or to this machine itself."""

    sentence = N_("Give an address that begins with https://, without a name, a password or a # in it.")


def forward_to(*, organisation_id: int, url: str, now: datetime) -> str:
    """Forward every reaction from now on to this address; return the key that they are signed with.

    The key is new each time: what was signed with the one before is no longer. Raises AddressRefused.
    """
    _require_good(url)
    target = target_of(organisation_id=organisation_id)
    if target is None:
        target = ForwardingTarget(organisation_id=organisation_id, created_at=now)
        db.session.add(target)
    target.url, target.secret = url, secrets.token_urlsafe(32)
    db.session.flush()
    _tell(target, "forwarding.begun", now, name=urlsplit(url).hostname)
    return target.secret


def stop_forwarding(*, organisation_id: int, now: datetime) -> int:
    """Forward no more; return how many reactions were still waiting, which are given up."""
    target = target_of(organisation_id=organisation_id)
    if target is None:
        return 0
    _tell(target, "forwarding.ended", now)
    db.session.execute(delete(ForwardingTarget).where(ForwardingTarget.organisation_id == organisation_id))
    given_up = db.session.execute(
        update(ForwardedReaction)
        .where(
            ForwardedReaction.organisation_id == organisation_id,
            ForwardedReaction.state == ForwardingState.WAITING,
        )
        .values(state=ForwardingState.GIVEN_UP, reason=STOPPED)
        .returning(ForwardedReaction.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(given_up)


def target_of(*, organisation_id: int, holds: bool = False) -> ForwardingTarget | None:
    """Return where the organisation's reactions go, if anywhere.

    With `holds` nobody takes it away before this transaction ends, and gives up what waits without ours.
    """
    found = select(ForwardingTarget).where(ForwardingTarget.organisation_id == organisation_id)
    return db.session.scalar(found.with_for_update(read=True, key_share=True) if holds else found)


def _require_good(url: str) -> None:
    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError as error:
        raise AddressRefused from error
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_own(parts.hostname))
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    has_more = parts.username is not None or parts.password is not None or "#" in url
    if not (is_safe and is_plain and port_is_number and parts.hostname) or has_more:
        raise AddressRefused


def _is_own(host: str | None) -> bool:
    """Return whether this is the machine itself: there nobody listens on the way."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _tell(target: ForwardingTarget, what: str, now: datetime, **details: object) -> None:
    audit.record(
        organisation_id=target.organisation_id,
        what=what,
        about="organisation",
        about_id=target.organisation_id,
        now=now,
        details=details,
    )
