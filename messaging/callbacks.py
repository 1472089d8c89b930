"""The signed name of an attempt, by which a provider tells what became of it. Pure.

`<public id of the message>-<attempt>-<mac>`: a report can settle an attempt whose answer we never saw, and
nobody can name an attempt that was not theirs to carry. It opens nothing, so it is no link.
"""

import hmac
import re
from collections.abc import Sequence
from hashlib import sha256

from core.refusals import N_, Refusal

SALT = b"messaging.callback.v1"
MAC_DIGITS = 32
_FORM = re.compile(rf"([0-9A-Za-z]{{12}})-([1-9][0-9]{{0,5}})-([0-9a-f]{{{MAC_DIGITS}}})", re.ASCII)


class AttemptUnknown(Refusal):
    """The text names no attempt of ours."""

    sentence = N_("This page does not exist.")
    status = 404


def name_of(*, public_id: str, attempt: int, keys: Sequence[str]) -> str:
    """Return the name of an attempt (1, 2, ...) of a message, signed with the newest (last) key."""
    return f"{public_id}-{attempt}-{_mac(public_id, attempt, keys[-1])}"


def read(text: str, *, keys: Sequence[str]) -> tuple[str, int]:
    """Return the message's public id and the attempt. Raises AttemptUnknown unless one of the keys signed."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise AttemptUnknown
    public_id, attempt = found[1], int(found[2])
    signed = False
    for key in keys:
        signed |= hmac.compare_digest(found[3], _mac(public_id, attempt, key))
    if not signed:
        raise AttemptUnknown
    return public_id, attempt


def _mac(public_id: str, attempt: int, key: str) -> str:
    # A key of its own for this purpose, so that a mac of another purpose is worth nothing here.
    own = hmac.digest(key.encode(), SALT, sha256)
    return hmac.digest(own, f"{public_id}-{attempt}".encode(), sha256).hex()[:MAC_DIGITS]
