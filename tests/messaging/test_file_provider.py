"""The demo's mailbox: whole files, newest first, and nothing outside the folder."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from messaging.mail import Mailbox
from messaging.providers.files import FileProvider, newest_first, read
from messaging.providers.outcomes import NotHanded, OutgoingMail, OutgoingSms, Sent, Withheld
from tests.messaging.samples import MESSAGE_ID, template_of, values_in

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def email() -> OutgoingMail:
    content = template_of("invoice_link", "nl").fill(
        recipient=Mailbox("Zoë", "zoe@example.org"),
        message_id=MESSAGE_ID,
        sent_at=AT,
        values=values_in("nl", short=False),
    )
    return OutgoingMail("bounce@voltwerk.nl", "zoe@example.org", content)


def yes() -> bool:
    return True


def test_an_email_and_an_sms_are_read_back_newest_first(tmp_path: Path) -> None:
    with FileProvider(tmp_path / "mailbox") as provider:
        first = provider.hand_over(email(), before_handing=yes)
        second = provider.hand_over(OutgoingSms("+31612345678", "Zoë, één SMS"), before_handing=yes)
    assert (first, second) == (Sent("00000001.eml"), Sent("00000002.json"))
    sms, mail = newest_first(tmp_path / "mailbox")
    assert (sms.channel, sms.recipient, sms.text, sms.html) == ("sms", "+31612345678", "Zoë, één SMS", "")
    assert (mail.channel, mail.subject) == ("email", "Uw facturen bij Voltwerk")
    assert mail.recipient == "Zoë <zoe@example.org>"
    assert "Beste Wilhelminaxx," in mail.text
    assert mail.html.startswith("<!DOCTYPE html>")
    assert mail.arrived_at.tzinfo is UTC


def test_the_file_is_the_message_byte_for_byte(tmp_path: Path) -> None:
    message = email()
    FileProvider(tmp_path).hand_over(message, before_handing=yes)
    assert (tmp_path / "00000001.eml").read_bytes() == message.message


def test_what_is_withheld_or_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> bool:
        raise RuntimeError("gone")

    provider = FileProvider(tmp_path)
    assert provider.hand_over(email(), before_handing=lambda: False) == Withheld()
    with pytest.raises(RuntimeError):
        provider.hand_over(email(), before_handing=broken)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_in_the_mailbox_when_the_gate_is_asked(tmp_path: Path) -> None:
    seen: list[int] = []

    def gate() -> bool:
        seen.append(len(list(newest_first(tmp_path))))
        return True

    FileProvider(tmp_path).hand_over(email(), before_handing=gate)
    assert seen == [0]


def test_four_writers_at_once_overwrite_nothing(tmp_path: Path) -> None:
    def write(name: str) -> None:
        with FileProvider(tmp_path) as provider:
            for number in range(25):
                provider.hand_over(OutgoingSms("+31612345678", f"{name}{number}"), before_handing=yes)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = [message.text for message in newest_first(tmp_path)]
    assert sorted(texts) == sorted(f"{name}{number}" for name in "abcd" for number in range(25))


def test_a_folder_that_is_gone_is_not_handed_anything(tmp_path: Path) -> None:
    provider = FileProvider(tmp_path / "mailbox")
    (tmp_path / "mailbox").rmdir()
    assert isinstance(provider.hand_over(email(), before_handing=yes), NotHanded)
    assert list(newest_first(tmp_path / "mailbox")) == []


@pytest.mark.parametrize(
    "name", ["../00000001.eml", "/etc/passwd", "a.eml", ".hidden", "00000001.txt", "", "..", "٣.exe"]
)
def test_only_the_names_of_messages_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "00000001.eml").write_bytes(b"Subject: secret\r\n\r\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(FileNotFoundError):
        read(inside, name)
