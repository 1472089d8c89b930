"""Names for rows that strangers may see: random, never serial."""

import secrets
from collections.abc import Iterator

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
REFERENCE_ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXZ"


def public_id() -> str:
    """Return 12 random letters and digits (71 bits) for a URL."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


def public_ids() -> Iterator[str]:
    """Yield such names without end, made many at a time: fast enough for the rows of a large file."""
    # Of 256 values of a byte 248 fall evenly on 62 letters; the others are left out.
    letters = bytes(ord(ALPHABET[value % 62]) for value in range(256))
    surplus = bytes(range(248, 256))
    while True:
        made = secrets.token_bytes(12_000).translate(letters, surplus).decode()
        for start in range(0, len(made) - 11, 12):
            yield made[start : start + 12]


def reference() -> str:
    """Return a reaction's reference, such as R-4K7WQ2: easy to say on the telephone, no vowels, 0 or 1."""
    return "R-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))


def secret() -> str:
    """Return 256 random bits as URL-safe text, for a cookie."""
    return secrets.token_urlsafe(32)
