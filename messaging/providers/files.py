"""Messages as files in a folder, for the demo's mailbox: e-mails as .eml, SMS as .json, numbered in order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from messaging.providers.outcomes import (
    BeforeHanding,
    NotHanded,
    Outcome,
    OutgoingMail,
    OutgoingSms,
    Sent,
    Withheld,
)


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message in the folder. `html` and `subject` are empty for an SMS; `arrived_at` is aware UTC."""

    name: str
    channel: str
    recipient: str
    subject: str
    text: str
    html: str
    arrived_at: datetime


class FileProvider:
    """Puts e-mails and SMS into a folder; whole files only: written beside, then given their name."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is kept open."""

    def hand_over(self, message: OutgoingMail | OutgoingSms, *, before_handing: BeforeHanding) -> Outcome:
        """Store one message. Raises only what `before_handing` raises; then nothing was stored."""
        content, ending = _content(message)
        draft = self._folder / f".{uuid4().hex}.draft"
        try:
            draft.write_bytes(content)
            if not before_handing():
                return Withheld()
            return Sent(self._named(draft, ending))
        except OSError as error:
            return NotHanded(f"{type(error).__name__}: {error}"[:400])
        finally:
            draft.unlink(missing_ok=True)

    def _named(self, draft: Path, ending: str) -> str:
        """Give the draft the next number. A link fails where the name is taken, so nothing is overwritten."""
        number = max(_numbers(self._folder), default=0)
        while True:
            number += 1
            target = self._folder / f"{number:08d}{ending}"
            try:
                target.hardlink_to(draft)
            except FileExistsError:
                continue
            return target.name


def newest_first(folder: Path) -> Iterator[StoredMessage]:
    """Yield the messages in the folder, the last one first."""
    if not folder.is_dir():
        return
    files = [file for file in folder.iterdir() if file.suffix in {".eml", ".json"} and file.stem.isdecimal()]
    for file in sorted(files, key=lambda file: int(file.stem), reverse=True):
        yield read(folder, file.name)


def read(folder: Path, name: str) -> StoredMessage:
    """Return one message by its file name. Raises FileNotFoundError, also for a name that is no message's."""
    file = folder / name
    if Path(name).name != name or file.suffix not in {".eml", ".json"} or not file.stem.isdecimal():
        raise FileNotFoundError(name)
    content = file.read_bytes()
    arrived_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    if file.suffix == ".json":
        sms = json.loads(content)
        return StoredMessage(name, "sms", sms["recipient"], "", sms["text"], "", arrived_at)
    mail = message_from_bytes(content, policy=SMTP)
    return StoredMessage(
        name,
        "email",
        str(mail["To"]),
        str(mail["Subject"]),
        _part(mail, "plain"),
        _part(mail, "html"),
        arrived_at,
    )


def _content(message: OutgoingMail | OutgoingSms) -> tuple[bytes, str]:
    if isinstance(message, OutgoingMail):
        return message.message, ".eml"
    words = {"recipient": message.recipient, "text": message.text}
    return json.dumps(words, ensure_ascii=False, indent=1).encode("utf-8"), ".json"


def _numbers(folder: Path) -> Iterator[int]:
    return (int(file.stem) for file in folder.iterdir() if file.stem.isdecimal())


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""
