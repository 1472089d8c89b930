"""`portal bounce`: what a mail server gives back on standard input."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import Result

from collections_portal.commands.bounce import NO_USER
from core import tenancy
from core.database import db
from messaging.models import Message, MessageState
from messaging.return_path import ReturnPath
from tests.factories import NOW
from tests.installation import ENVIRONMENT
from tests.messaging import returned_mail
from tests.messaging.outbox import Outbox
from tests.moments import Clock

DOMAIN = "bounces.voltwerk.example"


@pytest.fixture
def portal(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> Callable[..., Result]:
    """The command, given a mail and the address it came to."""
    clock.move_to(NOW)
    monkeypatch.setenv("MAIL_BOUNCE_DOMAIN", DOMAIN)
    return lambda mail, recipient: run("bounce", recipient, given=mail)


def state_of(outbox: Outbox, message: Message) -> MessageState:
    """Return the message's state; a command forgets at its end for whom it worked."""
    with tenancy.everywhere():
        state = outbox.fresh(message).state
        # The command works in a transaction of its own, for which SQLite has one place.
        db.session.rollback()
        return state


@pytest.fixture
def sent(outbox: Outbox) -> tuple[Message, str]:
    """A message that was sent, and its return path as the command's keys sign it."""
    message = outbox.write()
    outbox.return_path = ReturnPath(DOMAIN, (ENVIRONMENT["PORTAL_SECRET_KEYS"],))
    outbox.deliver()
    return message, outbox.sink.received[-1].sender


def test_a_bounce_is_kept_and_said_in_one_line(
    portal: Callable[..., Result], outbox: Outbox, sent: tuple[Message, str]
) -> None:
    message, path = sent
    done = portal(returned_mail.report(path), path)
    assert done.exit_code == 0
    assert done.output == (f"Message {message.public_id}: bounce 5.1.1 550 5.1.1 No such user; kept.\n")
    assert state_of(outbox, message) is MessageState.BOUNCED
    assert portal(returned_mail.report(path), path).output.endswith("; nothing changed.\n")


def test_an_answering_machine_is_no_bounce(
    portal: Callable[..., Result], outbox: Outbox, sent: tuple[Message, str]
) -> None:
    message, path = sent
    done = portal(returned_mail.away(path), path)
    assert (done.exit_code, done.output) == (0, f"Message {message.public_id}: no bounce; nothing changed.\n")
    assert state_of(outbox, message) is MessageState.SENT


def test_a_bounce_that_comes_too_late_ends_with_67_and_changes_nothing(
    portal: Callable[..., Result], outbox: Outbox, sent: tuple[Message, str], clock: Clock
) -> None:
    message, path = sent
    clock.move_to(outbox.now + timedelta(days=30, seconds=1))
    done = portal(returned_mail.report(path), path)
    assert (done.exit_code, "left too long ago" in done.output) == (NO_USER, True)
    assert state_of(outbox, message) is MessageState.SENT


def test_a_forged_bounce_ends_with_67_and_one_line(
    portal: Callable[..., Result], outbox: Outbox, sent: tuple[Message, str]
) -> None:
    message, _path = sent
    forged = ReturnPath(DOMAIN, ("another-key-" + "a" * 32,)).address_of(message.public_id)
    done = portal(returned_mail.report(forged), forged)
    assert done.exit_code == NO_USER
    assert done.output == "This is about no message of ours. Nothing was changed.\n"
    assert state_of(outbox, message) is MessageState.SENT


def test_without_a_domain_for_bounces_it_says_what_is_missing(
    portal: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAIL_BOUNCE_DOMAIN")
    done = portal(b"", "b-1-2@bounces.voltwerk.example")
    assert done.exit_code == 1
    assert "MAIL_BOUNCE_DOMAIN is not set" in done.output
