"""Names for rows that strangers may see: random, never serial."""

import secrets

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
REFERENCE_ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXZ"


def public_id() -> str:
    """Return 12 random letters and digits (71 bits) for a URL."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))


def reference() -> str:
    """Return a reaction's reference, such as R-4K7WQ2: easy to say on the telephone, no vowels, 0 or 1."""
    return "R-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))


def secret() -> str:
    """Return 256 random bits as URL-safe text, for a cookie."""
    return secrets.token_urlsafe(32)
