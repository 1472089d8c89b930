"""The address a message's bounce comes back to: it names the message and is signed. Pure.

`b-<message>-<signature>@domain` has 47 characters before the @, of the 64 that RFC 5321 (4.5.3.1.1) allows.
Small or capital letters make no difference, as some servers change them; a bounce that somebody makes up
names no message.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

_SALT = b"messaging.return_path.v1"
_SIGNATURE_BYTES = 12
_ADDRESS = re.compile(r"b-([0-9a-f]{24})-([a-z2-7]{20})@([^@\s]+)")


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """The domain that takes bounces, and the keys: the newest, the last, signs; all of them are known."""

    domain: str
    keys: Sequence[str] = field(repr=False)

    def address_of(self, public_id: str) -> str:
        """Return the address for the message with this public id."""
        name = public_id.encode("ascii").hex()
        return f"b-{name}-{_signature(name, self.keys[-1])}@{self.domain}"

    def message_of(self, address: str) -> str | None:
        """Return the public id of the message this address was made for, or None if we did not make it."""
        found = _ADDRESS.fullmatch(address.strip().strip("<>").lower())
        if found is None or found[3] != self.domain:
            return None
        if not any(hmac.compare_digest(_signature(found[1], key), found[2]) for key in self.keys):
            return None
        return bytes.fromhex(found[1]).decode("ascii")


def _signature(name: str, key: str) -> str:
    derived = hmac.digest(key.encode(), _SALT, sha256)
    digest = hmac.digest(derived, name.encode("ascii"), sha256)[:_SIGNATURE_BYTES]
    return b32encode(digest).decode("ascii").rstrip("=").lower()
