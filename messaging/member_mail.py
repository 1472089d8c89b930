"""E-mails to members with a link to choose a password: queued in the transaction of their reason."""

from datetime import datetime

from core.members.models import Member
from invoices.models import Channel
from messaging import wording
from messaging.models import Message
from messaging.operations import queue


def queue_invitation(
    *, member: Member, zone: str, link: str, valid_until: datetime, invited_by: str, now: datetime
) -> Message:
    """Invite a new member; `invited_by` is a name, `zone` the organisation's IANA zone."""
    return _queue(
        "member_invited",
        member,
        zone,
        link,
        valid_until=valid_until,
        now=now,
        also={"invited_by": invited_by},
    )


def queue_password_reset(
    *, member: Member, zone: str, link: str, valid_until: datetime, now: datetime
) -> Message:
    """Send the link that somebody asked for in the member's name."""
    return _queue("password_reset", member, zone, link, valid_until=valid_until, now=now)


def _queue(
    event: str,
    member: Member,
    zone: str,
    link: str,
    *,
    valid_until: datetime,
    now: datetime,
    also: dict[str, str] | None = None,
) -> Message:
    values = {
        "link": link,
        "link_valid_until": wording.moment(valid_until, language=member.language, zone=zone, short=False),
        "link_valid_for": wording.span(valid_until - now, language=member.language),
    }
    return queue(
        organisation_id=member.organisation_id,
        dedupe_key=f"{event}:{member.public_id}:{now.isoformat()}",
        event=event,
        channel=Channel.EMAIL,
        language=member.language,
        recipient=member.email,
        values=values | (also or {}),
        member_id=member.id,
        now=now,
        expires_at=valid_until,
    )
