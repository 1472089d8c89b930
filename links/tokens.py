"""The signed text in a link: two locks, 25 letters and digits.

`base62(id[8 random bytes] + HMAC-SHA256(key, salt, id + generation + expires_at)[:10])`: whoever has the
database lacks the key, whoever has the key lacks the 64-bit id. itsdangerous derives the keys and walks the
key list; the salt belongs to this purpose alone. Nothing here reads a database: the row says what the text
may do.

On paper the same 144 bits are 29 characters of Crockford's base32, in groups: no capitals to mind, no letter
that looks like a digit. Whoever types one may leave out the hyphens, and write O for 0 or l for 1.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from itsdangerous import Signer

from core.identifiers import ALPHABET
from core.refusals import N_, Refusal

SALT = b"links.access.v1"
ID_BYTES = 8
MAC_BYTES = 10
LENGTH = 25
TYPED_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TYPED_LENGTH = 29
TYPED_GROUP = 5
TRAILING = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff.,;:!?)]}>\"'=\u2019\u201d\u00bb"
_VALUE = {letter: index for index, letter in enumerate(ALPHABET)}
_TYPED_VALUE = {letter: index for index, letter in enumerate(TYPED_ALPHABET)} | {"O": 0, "I": 1, "L": 1}


class TokenMalformed(Refusal):
    """The text is not of a token's form; nothing was looked up."""

    sentence = N_("This link does not work.")
    status = 404


@lru_cache(maxsize=8)
def _derived(keys: tuple[str, ...]) -> tuple[bytes, ...]:
    signer = Signer(list(keys), salt=SALT, key_derivation="hmac", digest_method=sha256)
    return tuple(signer.derive_key(key) for key in signer.secret_keys)


def _mac(key: bytes, token_id: bytes, generation: int, expires_at: datetime) -> bytes:
    message = token_id + generation.to_bytes(4, "big") + int(expires_at.timestamp()).to_bytes(8, "big")
    return hmac.digest(key, message, "sha256")[:MAC_BYTES]


def write(*, token_id: bytes, generation: int, expires_at: datetime, keys: Sequence[str]) -> str:
    """Return the 25-character token of a link's row, signed with the newest (last) key."""
    raw = token_id + _mac(_derived(tuple(keys))[-1], token_id, generation, expires_at)
    return _spelled(int.from_bytes(raw, "big"), ALPHABET, LENGTH)


def typed(text: str) -> str:
    """Return a token as it is printed to be typed: `7KQ2M-4ZX9A-…`. Raises TokenMalformed."""
    spelled = _spelled(int.from_bytes(b"".join(read(text)), "big"), TYPED_ALPHABET, TYPED_LENGTH)
    return "-".join(spelled[start : start + TYPED_GROUP] for start in range(0, TYPED_LENGTH, TYPED_GROUP))


def without_punctuation(text: str) -> str:
    """Return the text without what mail programs and thumbs leave behind a link: stops, brackets, blanks."""
    return text.strip(TRAILING)


def read(text: str) -> tuple[bytes, bytes]:
    """Return (id, mac) of a token's text, as in a link or as typed. Raises TokenMalformed.

    As in a link each token has exactly one spelling.
    """
    if len(text) == LENGTH:
        number = _number(text, _VALUE, len(ALPHABET))
    else:
        plain = text.replace("-", "").replace(" ", "").upper()
        if len(plain) != TYPED_LENGTH:
            raise TokenMalformed
        number = _number(plain, _TYPED_VALUE, len(TYPED_ALPHABET))
    if number >= 1 << 8 * (ID_BYTES + MAC_BYTES):
        raise TokenMalformed
    raw = number.to_bytes(ID_BYTES + MAC_BYTES, "big")
    return raw[:ID_BYTES], raw[ID_BYTES:]


def holds(mac: bytes, *, token_id: bytes, generation: int, expires_at: datetime, keys: Sequence[str]) -> bool:
    """Return whether the mac was made for this row with one of the keys; the time taken tells nothing."""
    found = False
    for key in _derived(tuple(keys)):
        found |= hmac.compare_digest(mac, _mac(key, token_id, generation, expires_at))
    return found


def _spelled(number: int, alphabet: str, length: int) -> str:
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(alphabet))
        letters.append(alphabet[rest])
    return "".join(reversed(letters))


def _number(text: str, values: Mapping[str, int], base: int) -> int:
    number = 0
    for letter in text:
        value = values.get(letter)
        if value is None:
            raise TokenMalformed
        number = number * base + value
    return number
