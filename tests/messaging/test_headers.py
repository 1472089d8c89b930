"""Header fields: one line whatever the words are, and read back as they were meant."""

from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.headers import AddressRefused, ascii_address, mailbox, message_id, one_line, unstructured

TRICKS = [
    "a@b.nl\r\nBcc: c@d.nl",
    "a@b.nl\nRCPT TO:<c@d.nl>",
    "a@b.nl>\r\nDATA",
    "a@b.nl, c@d.nl",
    "<a@b.nl>",
    "a b@c.nl",
    "a@b.nl>",
    '"a b"@c.nl',
    "a@b@c.nl",
    "@b.nl",
    "a@",
    "a",
    "",
    "a@-b.nl",
    "a@b..nl",
    ".a@b.nl",
    "a..b@c.nl",
    "zoë@voorbeeld.nl",
    "a@b.nl\x00",
    "a@b.nl\u2028",
    "a" * 65 + "@b.nl",
    "a@" + "b" * 250 + ".nl",
    "a@[127.0.0.1]",
    "a%00@b.nl\t",
]


@given(st.text(max_size=400))
def test_any_subject_is_read_back_on_one_line(text: str) -> None:
    field = unstructured("Subject", text)
    assert field.endswith(b"\r\n")
    field.decode("ascii")
    lines = field[:-2].split(b"\r\n")
    assert all(len(line) <= 78 for line in lines)
    assert all(line.startswith(b" ") for line in lines[1:])
    read = message_from_bytes(field + b"X-Next: yes\r\n\r\n", policy=SMTP)
    assert read["Subject"] == one_line(text)
    assert read["X-Next"] == "yes"


@given(st.text(max_size=200))
def test_any_name_is_read_back_before_its_address(name: str) -> None:
    field = mailbox("To", display_name=name, address="a.b+c@example.org")
    field.decode("ascii")
    assert all(len(line) <= 78 for line in field.split(b"\r\n"))
    read = message_from_bytes(field + b"X-Next: yes\r\n\r\n", policy=SMTP)
    assert [address.addr_spec for address in read["To"].addresses] == ["a.b+c@example.org"]
    # Python's reader puts blanks between the encoded words of a long name; RFC 2047 (6.2) takes them out.
    shown = read["To"].addresses[0].display_name
    assert shown.replace(" ", "") == one_line(name).replace(" ", "")
    assert shown == one_line(name) or len(name.encode()) > 42
    assert read["X-Next"] == "yes"
    assert not read.defects


@pytest.mark.parametrize("address", TRICKS)
def test_an_address_with_a_trick_in_it_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        ascii_address(address)


@given(st.text(max_size=80))
def test_no_address_that_is_taken_can_end_a_line_or_a_command(address: str) -> None:
    try:
        taken = ascii_address(address)
    except AddressRefused:
        return
    assert taken.isascii()
    assert not set(taken) & set('\r\n\x00 <>,;:\\"()[]')


def test_a_domain_with_other_letters_is_written_in_ascii() -> None:
    assert ascii_address("info@bücher.example") == "info@xn--bcher-kva.example"


@pytest.mark.parametrize("value", ["abc", "<a b@c>", "<a@b>\r\nX: y", "<@b>", "<a@>", "a@b"])
def test_a_message_id_that_is_none_is_a_mistake_of_ours(value: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        message_id(value)
