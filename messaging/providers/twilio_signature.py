"""Whether a request to us comes from Twilio: its own check, with our public address.

https://www.twilio.com/docs/usage/webhooks/webhooks-security. Twilio signs the address as it was configured,
which a program behind a proxy does not see; so the caller builds it from the configuration. A signature holds
no time: the same request can come again.
"""

from collections.abc import Mapping, Sequence

from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

HEADER: str = SIGNATURE_HEADER


def is_from_twilio(
    *, url: str, fields: Mapping[str, str], signature: str | None, tokens: Sequence[str]
) -> bool:
    """Return whether one of the account's tokens signed this form for this address.

    `signature` is the header's value. Twilio's check fails with a TypeError when it is missing, so nothing is
    asked then. While a token is being replaced both of them sign.
    """
    if not signature or not signature.isascii():
        return False
    signed = False
    for token in tokens:
        signed |= bool(RequestValidator(token).validate(url, fields, signature))
    return signed
