"""E-mails as bytes: the shape is made once for each text and language, and filled for each recipient.

`email.message.EmailMessage` needs 3 ms for a message; filling and encoding a prepared one takes a small part
of that. The tests hold every message against what `EmailMessage` makes of the same words.
"""

from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Lock

from messaging import headers
from messaging.layout import Look, as_html, as_text, blocks_of
from messaging.placeholders import Template, clean, empty_names, fill_html, join, slots_of

# "=_" cannot occur in quoted-printable text, so no words can end a part early (RFC 2045, 6.7).
_BOUNDARY = b"=_words-and-the-same-words"
_ENDINGS = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name to show (may be empty) and an address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class _Shape:
    text: tuple[str, ...]
    html: tuple[str, ...]


class MailTemplate:
    """One e-mail text in one language of one organisation, ready to be filled many times, from any thread."""

    def __init__(
        self,
        *,
        subject: Template,
        body: Template,
        aid: Template | None,
        foot: Template | None,
        language: str,
        look: Look,
        sender: Mailbox,
        reply_to: Mailbox | None,
    ) -> None:
        """Take checked texts; `aid` is the help block. `sender` is shown as From.

        Raises `AddressRefused` for the addresses of `sender` and `reply_to`.
        """
        self._subject = subject
        self._parts = (body, aid, foot)
        self._language = language
        self._look = look
        self._names = frozenset({"organisation"}).union(*(part.names for part in self._parts if part))
        self._opening = self._fixed_headers(sender=sender, reply_to=reply_to)
        self._shapes: dict[frozenset[str], _Shape] = {}
        self._lock = Lock()

    def fill(
        self, *, recipient: Mailbox, message_id: str, sent_at: datetime, values: Mapping[str, str]
    ) -> bytes:
        """Return the message to one recipient, in ASCII with CRLF, at most 76 characters a line in its parts.

        `values` holds a text for every placeholder that occurs, and "organisation"; lines with an empty one
        are left out. `message_id` is `<left@right>`: the same message sent again has the same. Raises
        `AddressRefused`, `ValueMissing`, `ValueTooLong`.
        """
        shape = self._shape_without(empty_names(self._names, values))
        return b"".join(
            (
                self._opening,
                headers.mailbox("To", display_name=recipient.name, address=recipient.address),
                headers.unstructured("Subject", self.subject_line(values)),
                b"Date: " + format_datetime(sent_at.astimezone(UTC)).encode("ascii") + b"\r\n",
                headers.message_id(message_id),
                b'\r\n--%b\r\nContent-Type: text/plain; charset="utf-8"\r\n' % _BOUNDARY,
                _ENDINGS,
                _quoted(join(shape.text, values, clean)),
                b'\r\n--%b\r\nContent-Type: text/html; charset="utf-8"\r\n' % _BOUNDARY,
                _ENDINGS,
                _quoted(fill_html(shape.html, values)),
                b"\r\n--%b--\r\n" % _BOUNDARY,
            )
        )

    def subject_line(self, values: Mapping[str, str]) -> str:
        """Return the subject; it has one line only, so there an empty value leaves a gap."""
        return join(self._subject.pieces, values, clean)

    def text(self, values: Mapping[str, str]) -> str:
        """Return the plain text of the message as it is sent, help block and foot included."""
        return join(self._shape_without(empty_names(self._names, values)).text, values, clean)

    def _fixed_headers(self, *, sender: Mailbox, reply_to: Mailbox | None) -> bytes:
        fields = [headers.mailbox("From", display_name=sender.name, address=sender.address)]
        if reply_to:
            fields.append(headers.mailbox("Reply-To", display_name=reply_to.name, address=reply_to.address))
        # RFC 3834: an answering machine leaves a message alone that says that no person pressed Send.
        fields.append(b"Auto-Submitted: auto-generated\r\n")
        fields.append(headers.unstructured("Content-Language", self._language))
        fields.append(b"MIME-Version: 1.0\r\n")
        fields.append(b'Content-Type: multipart/alternative;\r\n boundary="%b"\r\n' % _BOUNDARY)
        return b"".join(fields)

    def _shape_without(self, empty: frozenset[str]) -> _Shape:
        """Return the shape for recipients who lack these values, made when the first of them comes."""
        shape = self._shapes.get(empty)
        if shape is None:
            with self._lock:
                shape = self._shapes.get(empty) or self._made_without(empty)
                self._shapes[empty] = shape
        return shape

    def _made_without(self, empty: frozenset[str]) -> _Shape:
        body, aid, foot = (blocks_of(part and part.without(empty)) for part in self._parts)
        text = as_text(body=body, aid=aid, foot=foot)
        html = as_html(language=self._language, look=self._look, body=body, aid=aid, foot=foot)
        return _Shape(text=slots_of(text), html=slots_of(html))


def _quoted(text: str) -> bytes:
    return b2a_qp(text.encode("utf-8").replace(b"\n", b"\r\n"), istext=True)
