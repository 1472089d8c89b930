"""E-mails to members with a link to choose a password: queued in the transaction of their reason.

The link itself is made when the message leaves (`LinksOf`), so that no key lies in the outbox. What is
stored is a mark of the account as it was: once a password was chosen, an older message no longer leaves.
"""

import hmac
from datetime import datetime
from hashlib import sha256

from core.members.models import Member
from invoices.models import Channel
from messaging.models import Message
from messaging.queueing import queue

INVITED, RESET = "member_invited", "password_reset"


def queue_invitation(*, member: Member, valid_until: datetime, invited_by: str, now: datetime) -> Message:
    """Invite a new member; `invited_by` is a name."""
    return _queue(INVITED, member, valid_until=valid_until, now=now, values={"invited_by": invited_by})


def queue_password_reset(*, member: Member, valid_until: datetime, now: datetime) -> Message:
    """Send the link that somebody asked for in the member's name."""
    return _queue(RESET, member, valid_until=valid_until, now=now, values={})


def is_still_meant(message: Message, member: Member) -> bool:
    """Return whether the member may still come in and has chosen no password since the message was queued."""
    return member.active and hmac.compare_digest(message.values.get("account", ""), _mark_of(member))


def _queue(
    event: str, member: Member, *, valid_until: datetime, now: datetime, values: dict[str, str]
) -> Message:
    return queue(
        organisation_id=member.organisation_id,
        dedupe_key=f"{event}:{member.public_id}:{now.isoformat()}",
        event=event,
        channel=Channel.EMAIL,
        language=member.language,
        recipient=member.email,
        values={"account": _mark_of(member)} | values,
        member_id=member.id,
        now=now,
        expires_at=valid_until,
    )


def _mark_of(member: Member) -> str:
    return sha256(member.fs_uniquifier.encode()).hexdigest()[:16]
