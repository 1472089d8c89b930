"""Rows around a message for the crowd: its attempt, what a provider told, who wants none, how many left."""

from collections.abc import Sequence
from datetime import date, datetime

from core.database import Base
from invoices.models import Channel
from messaging.copies import pack
from messaging.models import Message, MessageAttempt
from messaging.sms_models import OptOut, OptOutSource, ProviderEvent, Report, SendingAlarm, SmsDay

_MAIL = """MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="x"\r
\r
--x\r
Content-Type: text/plain\r
\r
{words}\r
--x\r
Content-Type: text/html\r
\r
<!DOCTYPE html><html lang="nl"><title>{words}</title><p style="color:#123456">{words} \r
<a href="[link]">[link]</a>\r
--x--\r
"""


def mail_saying(words: str) -> bytes:
    """Return an e-mail with both parts, as short as it can be."""
    return _MAIL.format(words=words).encode("ascii")


def kept(words: str) -> bytes:
    """Return the kept copy of such an e-mail."""
    return pack(mail_saying(words))


def reported(message: Message, *, now: datetime, today: date, word: str, email: str) -> Sequence[Base]:
    """Return one row for each of these tables; `word` names the message at the provider."""
    here = {"organisation_id": message.organisation_id}
    event = {"message_id": message.id, "attempt": 1, "provider_id": word, "received_at": now}
    opted_out = {"channel": Channel.EMAIL, "value": email, "began_at": now}
    tried = {"message_id": message.id, "attempt": 1, "started_at": now, "outcome": "failed", "words": word}
    return (
        MessageAttempt(**tried, **here),
        ProviderEvent(status=Report.FAILED, **event, **here),
        OptOut(source=OptOutSource.PORTAL, **opted_out, **here),
        SmsDay(day=today, handed=3, **here),
        SendingAlarm(subject="sender:sms", channel=Channel.SMS, words="channel_stops 20003", since=now),
    )
