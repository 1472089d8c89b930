"""What came back by mail, kept: the message bounced, the address is dead, or its reader wants no more."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from core.database import db
from core.refusals import N_, Refusal
from invoices.models import Channel
from messaging import opting, reachability
from messaging.bounces import Kind, Returned
from messaging.models import Message, MessageState
from messaging.providers.outcomes import Remedy
from messaging.return_path import ReturnPath
from messaging.sms_models import OptOutSource

log = structlog.get_logger()
# A bounce proves that a doubtful message was taken, and one that is to go again need not go.
_WAS_UNDER_WAY = (
    MessageState.NEW,
    MessageState.CLAIMED,
    MessageState.HANDING,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.UNKNOWN,
)


# A mail server gives up after four or five days (RFC 5321, 4.5.4.1); a month leaves room for one whose queue
# stood still. A reader may call an older mail spam, but whoever holds a return path for longer than a quarter
# of a year has it from an old mailbox or an archive.
TAKEN_FOR = {Kind.BOUNCE: timedelta(days=30), Kind.COMPLAINT: timedelta(days=90)}


class ReturnedToNobody(Refusal):
    """The mail names no message of ours: its address was made up, or the message is gone."""

    sentence = N_("This is about no message of ours.")
    status = 404


class ReturnedTooLate(Refusal):
    """The message left so long ago that nothing is believed about it any more."""

    sentence = N_("This is about a message that left too long ago.")
    status = 410


def message_returned(*, returned: Returned, recipient: str, paths: ReturnPath) -> Message:
    """Return the message that a returned mail is about, locked; `recipient` is the address it was sent to.

    A complaint may come to any address; it then quotes our return path. Raises ReturnedToNobody.
    """
    named = (recipient, *returned.addresses)
    public_id = next((found for one in named if (found := paths.message_of(one))), None)
    statement = select(Message).where(Message.public_id == public_id, Message.channel == Channel.EMAIL)
    statement = statement.with_for_update().execution_options(populate_existing=True)
    message = db.session.scalar(statement) if public_id else None
    if message is None:
        raise ReturnedToNobody
    return message


def take_in(*, message: Message, returned: Returned, now: datetime) -> bool:
    """Keep what a returned mail tells about the message; return whether it changed anything.

    The same bounce or complaint a second time changes nothing. Raises ReturnedTooLate.
    """
    _require_in_time(message, returned, now)
    if returned.kind is Kind.BOUNCE:
        return _bounce(message, returned, now)
    if returned.kind is Kind.COMPLAINT:
        return opting.opt_out(
            organisation_id=message.organisation_id,
            channel=Channel.EMAIL,
            value=message.recipient,
            source=OptOutSource.COMPLAINT,
            now=now,
        )
    return False


def _require_in_time(message: Message, returned: Returned, now: datetime) -> None:
    left_at = message.sent_at or message.handed_at or message.created_at
    if returned.kind in TAKEN_FOR and now > left_at + TAKEN_FOR[returned.kind]:
        age = (now - left_at).days
        log.warning("returned too late", id=message.id, kind=returned.kind.value, days=age)
        raise ReturnedTooLate


def _bounce(message: Message, returned: Returned, now: datetime) -> bool:
    if message.attempt == 0 or message.state not in _WAS_UNDER_WAY:
        return False
    message.state = MessageState.BOUNCED
    message.state_reason = _reason(returned)
    message.claimed_by = message.leased_until = None
    db.session.flush()
    reachability.tell("message.bounced", message, message.state_reason, now)
    if returned.remedy is Remedy.CONTACT_DEAD:
        reachability.mark_failed(message=message, reason=f"{returned.status} {returned.words}", now=now)
    return True


def _reason(returned: Returned) -> str:
    parts = (returned.remedy or "", returned.status, returned.words)
    return " ".join(part for part in parts if part)[:240]
