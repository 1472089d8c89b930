"""What comes back by mail, read: a delivery report, an old-fashioned bounce, a complaint. Pure.

A delivery report is RFC 3464, a complaint RFC 5965; what is neither but comes from a mail server and says so
is read for its status. An answering machine also writes to the return path: that is no bounce.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import default
from enum import StrEnum

from messaging.providers.outcomes import Refused, Remedy
from messaging.providers.smtp_answers import refused

# A report quotes little; nothing sensible is longer, and a mail server that is misused could send anything.
MOST_BYTES = 1_000_000
_MOST_WORDS = 20_000
_STATUS = re.compile(r"(?<![\d.])(5\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])(5[0-5]\d)(?=[ -])")
_SERVERS = re.compile(r"\b(mailer-daemon|postmaster|mail delivery (sub)?system)\b", re.IGNORECASE)
_SUBJECTS = re.compile(
    r"undeliver|returned mail|delivery (status|failure)|failure notice|mail delivery failed|unzustellbar"
    r"|non remis|onbestelbaar",
    re.IGNORECASE,
)
# The parser of the standard library stumbles over some headers that nobody should write, and calls itself for
# each part in a part and each comment in a comment.
_STUMBLES = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)


class Kind(StrEnum):
    """What a returned mail tells."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Returned:
    """A returned mail: what it tells, what follows for the address, and its words.

    `remedy` is None unless it is a bounce. `addresses` are those it names as the return path of our mail.
    """

    kind: Kind
    remedy: Remedy | None
    status: str
    words: str
    addresses: tuple[str, ...]


def read(content: bytes) -> Returned:
    """Return what a mail from outside tells; what cannot be read tells nothing. Never raises."""
    try:
        return _read(message_from_bytes(content[:MOST_BYTES], policy=default))
    except _STUMBLES:
        return Returned(Kind.OTHER, None, "", "", ())


def _read(mail: EmailMessage) -> Returned:
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report":
            return _complaint(mail, part)
        if part.get_content_type() == "message/delivery-status":
            return _report(part)
    return _plain(mail)


def _complaint(mail: EmailMessage, part: Message) -> Returned:
    fields = _fields(part)
    kind = fields.get("feedback-type", "").lower()
    named = [fields.get("original-mail-from", ""), *_return_paths(mail)]
    # "not-spam" is a compliment, and "auth-failure" tells about our own signature.
    told = Kind.COMPLAINT if kind in {"abuse", "fraud", "opt-out", "other"} else Kind.OTHER
    return Returned(told, None, "", kind, tuple(_bare(one) for one in named if one))


def _return_paths(mail: EmailMessage) -> Iterator[str]:
    for part in mail.walk():
        if part is not mail and part.get("Return-Path"):
            yield str(part["Return-Path"])
        elif part.get_content_type() == "text/rfc822-headers":
            words = part.get_payload(decode=True)
            quoted = message_from_bytes(words if isinstance(words, bytes) else b"", policy=default)
            if quoted.get("Return-Path"):
                yield str(quoted["Return-Path"])


def _report(part: Message) -> Returned:
    fields = _fields(part)
    if fields.get("action", "").lower() != "failed":
        return Returned(Kind.OTHER, None, fields.get("status", ""), fields.get("action", ""), ())
    diagnosis = fields.get("diagnostic-code", "").partition(";")[2].strip()
    status = fields.get("status", "").split(" ")[0]
    return _bounce(status, diagnosis or status)


def _plain(mail: EmailMessage) -> Returned:
    said_by_server = _SERVERS.search(str(mail.get("From", "")))
    if not (said_by_server and _SUBJECTS.search(str(mail.get("Subject", "")))):
        return Returned(Kind.OTHER, None, "", "", ())
    body = mail.get_body(("plain", "html"))
    words = str(body.get_content())[:_MOST_WORDS] if body else ""
    status, code = _STATUS.search(words), _CODE.search(words)
    line = next((line for line in words.splitlines() if status and status[1] in line), "")
    line = line or next((line for line in words.splitlines() if code and code[1] in line), "")
    return _bounce(status[1] if status else "", line or words)


def _bounce(status: str, words: str) -> Returned:
    """Return a bounce, judged as the same answer would be judged on the line (see `smtp_answers`)."""
    said = _CODE.search(words)
    # Some servers report no more than 5.0.0 and leave the rest to the words of the one they asked.
    answer = words if status.endswith(".0.0") else f"{status} {words}"
    judged: Refused = refused(int(said[1]) if said else 554, answer.encode(), step="dot")
    if not said and not status:
        return Returned(Kind.BOUNCE, Remedy.GIVE_UP, "", _one_line(words), ())
    return Returned(Kind.BOUNCE, judged.remedy, status or judged.enhanced or "", _one_line(words), ())


def _fields(part: Message) -> dict[str, str]:
    """Return the fields of a report, those about the first recipient over those about the whole mail."""
    blocks = part.get_payload()
    if isinstance(blocks, list):
        groups = [block for block in blocks if isinstance(block, Message)]
    else:
        groups = [message_from_bytes(str(blocks).encode(), policy=default)]
    found: dict[str, str] = {}
    for group in groups:
        for name, value in group.items():
            found.setdefault(name.lower(), _one_line(str(value)))
    return found


def _bare(address: str) -> str:
    return address.strip().strip("<>")


def _one_line(words: str) -> str:
    return " ".join(words.split())[:400]
