"""What a mail server's answers mean (RFC 5321 codes, RFC 3463 statuses)."""

import re

from messaging.providers.outcomes import Refused, Remedy

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")

# RFC 3463 and its registry. The first line that begins the status decides. 5.1.7 and 5.1.8 speak of our own
# sender address, 5.2.2 of a full mailbox and 5.4.4 of a route: none of these makes a contact dead.
_BY_STATUS = (
    ("5.1.7", Remedy.GIVE_UP),
    ("5.1.8", Remedy.GIVE_UP),
    ("5.1.", Remedy.CONTACT_DEAD),
    ("5.2.1", Remedy.CONTACT_DEAD),
    ("5.2.2", Remedy.RETRY),
    ("5.4.4", Remedy.RETRY),
    ("5.7.", Remedy.GIVE_UP),
)
_BY_CODE = {
    421: Remedy.RETRY,
    530: Remedy.CHANNEL_STOPS,
    534: Remedy.CHANNEL_STOPS,
    535: Remedy.CHANNEL_STOPS,
    538: Remedy.CHANNEL_STOPS,
    552: Remedy.RETRY,
}


def refused(code: int, answer: bytes, *, step: str) -> Refused:
    """Return what a refusal means; `step` is MAIL, RCPT, DATA or dot."""
    text = text_of(answer)
    found = _ENHANCED.search(text)
    enhanced = found[1] if found else None
    remedy = _remedy(code, enhanced)
    if step == "RCPT" and enhanced is None and code in {550, 551, 553}:
        remedy = Remedy.CONTACT_DEAD
    if step == "MAIL" and remedy is Remedy.CONTACT_DEAD:
        # So far the server has only heard our own address.
        remedy = Remedy.GIVE_UP
    return Refused(remedy, code, enhanced, text)


def _remedy(code: int, enhanced: str | None) -> Remedy:
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code < 500:
        return Remedy.RETRY
    for beginning, remedy in _BY_STATUS:
        if enhanced is not None and enhanced.startswith(beginning):
            return remedy
    return Remedy.GIVE_UP


def text_of(answer: bytes) -> str:
    """Return the answer's words on one line of at most 400 characters."""
    return " ".join(answer.decode("utf-8", "replace").split())[:400]
