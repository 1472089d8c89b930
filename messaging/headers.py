"""E-mail header fields as bytes: one line of ASCII whatever the words are (RFC 5322, 2047)."""

import re
from base64 import b64encode

from core.refusals import N_, Refusal

# A longer field does not fit on a line of 78 with its name; it is written in encoded words, which fold.
_PLAIN_LENGTH = 60
_WORD_BYTES = 42

_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_HOST = re.compile(
    r"(?=.{1,253}\Z)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,200}@[A-Za-z0-9.-]{1,253}>")


class AddressRefused(Refusal):
    """The text is not an address that every mail server takes."""

    sentence = N_("No e-mail can be sent to this address: %(address)s.")


def one_line(text: str) -> str:
    """Return `text` on one line: every run of blanks, line ends and control characters becomes one blank."""
    return " ".join(_NOT_IN_A_LINE.sub(" ", text).split())


def unstructured(name: str, text: str) -> bytes:
    """Return the field `name` (such as Subject) with `text` as one line of a message, line end included."""
    return name.encode("ascii") + b": " + _words(one_line(text)) + b"\r\n"


def mailbox(name: str, *, display_name: str, address: str) -> bytes:
    """Return the field `name` (From, To, Reply-To) for one person. Raises `AddressRefused`."""
    angled = b"<" + ascii_address(address).encode("ascii") + b">"
    shown = one_line(display_name)
    if not shown:
        return name.encode("ascii") + b": " + angled[1:-1] + b"\r\n"
    return name.encode("ascii") + b": " + _phrase(shown) + _space_before(angled) + b"\r\n"


def message_id(value: str) -> bytes:
    """Return the Message-ID field. Raises ValueError unless `value` looks like <left@right>."""
    if not _MESSAGE_ID.fullmatch(value):
        raise ValueError("A Message-ID is written <left@right>, in ASCII.")
    return b"Message-ID: " + value.encode("ascii") + b"\r\n"


def ascii_address(address: str) -> str:
    """Return `address` with its domain in ASCII (IDNA). Raises `AddressRefused`.

    A local part outside ASCII needs SMTPUTF8 on every server on the way, so it is refused here rather than
    bounced there. Quoted local parts are legal and never seen; they are refused with everything else that
    could end a command or a header line.
    """
    local, at, domain = address.rpartition("@")
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise AddressRefused(address=address) from None
    dotted_well = not local.startswith(".") and not local.endswith(".") and ".." not in local
    if not (at and dotted_well and _LOCAL_PART.fullmatch(local) and _HOST.fullmatch(host)):
        raise AddressRefused(address=address)
    return f"{local}@{host}"


def is_host(name: str) -> bool:
    """Return whether `name` can stand behind the @ of an address, in ASCII."""
    return _HOST.fullmatch(name) is not None


def _words(text: str) -> bytes:
    """Return `text` for an unstructured field: as it is, or as encoded words that fold between words."""
    if text.isascii() and len(text) <= _PLAIN_LENGTH and "=?" not in text:
        return text.encode("ascii")
    return b"\r\n ".join(_encoded_words(text))


def _phrase(text: str) -> bytes:
    if not text.isascii() or len(text) > _PLAIN_LENGTH or "=?" in text:
        return b"\r\n ".join(_encoded_words(text))
    if _ATOMS.fullmatch(text):
        return text.encode("ascii")
    return b'"' + text.replace("\\", "\\\\").replace('"', '\\"').encode("ascii") + b'"'


def _space_before(angled: bytes) -> bytes:
    """Fold before the address, so that a long name and a long address never share a line."""
    return b"\r\n " + angled


def _encoded_words(text: str) -> list[bytes]:
    """Return `text` as base64 encoded words of at most 68 characters that cut no letter in two (RFC 2047)."""
    chunks: list[bytes] = [b""]
    for letter in text:
        encoded = letter.encode("utf-8")
        if len(chunks[-1]) + len(encoded) > _WORD_BYTES:
            chunks.append(b"")
        chunks[-1] += encoded
    return [b"=?utf-8?b?" + b64encode(chunk) + b"?=" for chunk in chunks]
