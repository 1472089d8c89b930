"""The copy that is kept of an e-mail: all that was handed over last, but for the key of its link.

It is kept as it left, not as data to make it from: texts, looks and this code change, the copy does not.
"""

import zlib
from dataclasses import dataclass
from email import message_from_bytes, policy

from messaging.models import Message

HTML = "text/html"


@dataclass(frozen=True, slots=True)
class MailCopy:
    """An e-mail as it left: the whole of it (RFC 5322, CRLF), and its HTML part as text."""

    mail: bytes
    html: str


def pack(mail: bytes) -> bytes:
    """Return the mail compressed (zlib), a third of its size."""
    return zlib.compress(mail)


def copy_of(message: Message) -> MailCopy | None:
    """Return the copy of an e-mail that was handed over; None for all else."""
    if message.kept_mail is None:
        return None
    mail = zlib.decompress(message.kept_mail)
    parts = message_from_bytes(mail, policy=policy.default).iter_parts()
    return MailCopy(mail, next(part for part in parts if part.get_content_type() == HTML).get_content())
