"""Returned mail is read: reports, old-fashioned bounces, complaints, and what is none of these."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from messaging.bounces import MOST_BYTES, Kind, read
from messaging.providers.outcomes import Remedy
from tests.messaging import returned_mail


@pytest.mark.parametrize(
    ("status", "diagnosis", "remedy"),
    [
        ("5.1.1", "550 5.1.1 No such user", Remedy.CONTACT_DEAD),
        ("5.0.0", "550 5.1.10 Recipient not found", Remedy.CONTACT_DEAD),
        ("5.2.1", "550 Disabled", Remedy.CONTACT_DEAD),
        ("5.2.2", "552 5.2.2 Mailbox full", Remedy.RETRY),
        ("5.7.1", "554 5.7.1 Not from you", Remedy.GIVE_UP),
        ("5.1.8", "550 5.1.8 Bad sender", Remedy.GIVE_UP),
        ("4.4.7", "delivery time expired", Remedy.GIVE_UP),
        ("5.4.4", "Host or domain name not found", Remedy.RETRY),
    ],
)
def test_a_report_says_what_a_server_would_have_said(status: str, diagnosis: str, remedy: Remedy) -> None:
    returned = read(returned_mail.report(status=status, diagnosis=diagnosis))
    assert (returned.kind, returned.remedy, returned.status) == (Kind.BOUNCE, remedy, status)
    assert returned.words == diagnosis


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_report_of_anything_but_a_failure_is_no_bounce(action: str) -> None:
    assert read(returned_mail.report(action=action, status="4.4.1")).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("words", "status", "remedy"),
    [
        ("550 5.1.1 No such user (#5.1.1)", "5.1.1", Remedy.CONTACT_DEAD),
        ("Sorry, no mailbox here by that name. (#5.1.1)", "5.1.1", Remedy.CONTACT_DEAD),
        ("Remote host said: 552 5.2.2 The mailbox is full", "5.2.2", Remedy.RETRY),
        ("It did not work, version 5.10 of the year 2026", "", Remedy.GIVE_UP),
    ],
)
def test_a_bounce_without_a_report_is_read_for_its_status(words: str, status: str, remedy: Remedy) -> None:
    returned = read(returned_mail.plain(words=words))
    assert (returned.kind, returned.status, returned.remedy) == (Kind.BOUNCE, status, remedy)
    assert words in returned.words


@pytest.mark.parametrize(
    "mail",
    [
        returned_mail.away(),
        returned_mail.plain(sender="Sanne <sanne@mail.example>"),
        returned_mail.plain(subject="Your newsletter"),
        b"",
        b"\x00\xff\xfe",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x",
    ],
)
def test_what_a_person_an_answering_machine_or_nobody_wrote_is_no_bounce(mail: bytes) -> None:
    assert read(mail).kind is Kind.OTHER


@pytest.mark.parametrize("by_field", [True, False])
def test_a_complaint_quotes_our_return_path(by_field: bool) -> None:
    returned = read(returned_mail.complaint("b-1-2@b.example", by_field=by_field))
    assert (returned.kind, returned.words) == (Kind.COMPLAINT, "abuse")
    assert returned.addresses == ("b-1-2@b.example",)


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus", ""])
def test_a_report_about_something_else_is_no_complaint(kind: str) -> None:
    assert read(returned_mail.complaint("b-1-2@b.example", kind=kind)).kind is Kind.OTHER


@settings(deadline=None)
@given(some.binary(max_size=400), some.sampled_from([returned_mail.report(), returned_mail.complaint("a@b")]))
def test_nothing_that_comes_makes_it_stumble(noise: bytes, mail: bytes) -> None:
    read(noise)
    read(mail[: len(noise)] + noise + mail[len(noise) * 2 :])


@pytest.mark.parametrize(
    "mail",
    [
        b"".join(
            b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3_000)
        ),
        b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
        b"From: Mailer-Daemon " + b"(" * 3_000 + b"\r\nSubject: Undelivered\r\n\r\n550 5.1.1",
    ],
    ids=["parts", "mails", "comments"],
)
def test_a_mail_nested_without_end_tells_nothing(mail: bytes) -> None:
    assert read(mail).kind is Kind.OTHER


def test_a_mail_without_end_is_read_up_to_a_limit() -> None:
    assert read(returned_mail.plain() + b"x" * (2 * MOST_BYTES)).kind is Kind.BOUNCE
