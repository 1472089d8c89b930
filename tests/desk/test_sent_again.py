"""A message sent again after its contact was corrected: it arrives, with a link that opens."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from core.database import db
from invoices.models import Channel
from links.models import AccessLink
from messaging.models import Message, MessageState
from messaging.queueing import queue
from tests.desk.conftest import Office
from tests.dunning.post import Post
from tests.fakes.smtp import SmtpSink
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Visitor

AGAIN = "Send this message again"
RIGHT = "sanne@right.example"


@pytest.fixture
def post(app: Flask, tmp_path: Path) -> Iterator[Post]:
    """A worker and a mail server."""
    with SmtpSink(tmp_path, starttls=False) as sink:
        yield Post(app, sink)


def failed_answer(office: Office, **changes: object) -> Message:
    """Store the answer to a reaction that did not arrive, in whose link the visit is."""

    def job() -> Message:
        message = queue(
            organisation_id=office.organisation.id,
            dedupe_key="action_closed:1",
            event="action_closed",
            channel=office.email.channel,
            language="nl",
            recipient=office.email.value,
            values={"reference": "R-4K7WQ2", "creditor": "", "answer_text": "U heeft gelijk."},
            debtor_id=office.debtor.id,
            contact_point_id=office.email.id,
            link_id=office.link.id,
            now=office.at,
        )
        failure = {"state": MessageState.FAILED, "state_reason": "contact_dead", "attempt": 1}
        for name, value in (failure | changes).items():
            setattr(message, name, value)
        db.session.flush()
        return message

    found: Message = office.work(job)
    return found


def delivered(post: Post, clock: Clock) -> dict[str, int]:
    """Let the worker hand over what is due; return how many messages came to which outcome."""
    with post.app.app_context():
        return post.deliver(clock.now).outcomes


def page_of(message: Message) -> str:
    """Return where the message is shown."""
    return f"/desk/messages/{message.public_id}"


def link_of(office: Office, message: Message) -> AccessLink:
    """Return the link that the message carries now."""
    link_id = office.now(message).link_id
    found: AccessLink = office.work(lambda: db.session.get_one(AccessLink, link_id))
    return found


def test_a_message_sent_again_reaches_the_corrected_address_and_its_link_opens(
    agent: Person, visitor: Visitor, office: Office, post: Post, clock: Clock
) -> None:
    message = failed_answer(office)
    page = agent.open(page_of(message))
    page.follow("Correct the contact").submit({"value": RIGHT}, button="Save contact")
    assert office.now(office.link).revoked_at is not None
    agent.open(page_of(message)).submit(button=AGAIN)
    assert delivered(post, clock) == {"sent": 1}
    assert post.recipients() == [RIGHT]
    (words,) = post.words()
    assert "U heeft gelijk." in words
    (address,) = [word for word in words.split() if "/k/" in word]
    entered = visitor.open(f"/k/{address.rpartition('/')[2]}").submit()
    assert office.invoices[0].number in entered.words
    link = link_of(office, message)
    assert (link.contact_point_id, link.channel) == (office.email.id, Channel.EMAIL)


def test_a_link_that_was_taken_back_is_not_replaced_and_the_agent_reads_so(
    agent: Person, office: Office, post: Post, clock: Clock
) -> None:
    message = failed_answer(office)
    taken_back = agent.open(f"/desk/debtors/{office.debtor.public_id}").submit(button="Revoke this link")
    assert "The link no longer works." in taken_back.words
    agent.open(f"/desk/debtors/{office.debtor.public_id}/contacts/{office.email.public_id}").submit(
        {"value": RIGHT}, button="Save contact"
    )
    page = agent.open(page_of(message)).submit(button=AGAIN, status=409)
    assert "The link in this message was revoked" in page.words
    assert office.now(message).state == MessageState.FAILED
    assert office.number_of(AccessLink) == 1
    assert delivered(post, clock) == {}


def test_a_link_that_still_opens_goes_along_again(agent: Person, office: Office) -> None:
    message = failed_answer(office)
    agent.open(page_of(message)).submit(button=AGAIN)
    assert link_of(office, message).id == office.link.id
    assert office.number_of(AccessLink) == 1


@pytest.mark.parametrize(("seconds", "is_new"), [(-1, False), (0, True)])
def test_a_link_that_has_ended_is_replaced(
    agent: Person, office: Office, post: Post, clock: Clock, seconds: int, is_new: bool
) -> None:
    end = office.at + timedelta(minutes=5)
    office.work(lambda: db.session.execute(update(AccessLink).values(expires_at=end)))
    values = {"creditor": "", "invoice_count": "2 open facturen"}
    message = failed_answer(office, event="invoice_link", values=values, expires_at=end)
    clock.move_to(end + timedelta(seconds=seconds))
    agent.open(page_of(message)).submit(button=AGAIN)
    link = link_of(office, message)
    assert (link.id != office.link.id) is is_new
    assert office.now(message).expires_at == link.expires_at
    assert delivered(post, clock) == {"sent": 1}


def test_a_reminder_past_its_own_end_comes_anew_instead(agent: Person, office: Office) -> None:
    message = failed_answer(
        office, event="reminder_1", is_collection=True, expires_at=office.at, not_before=office.at
    )
    page = agent.open(page_of(message)).submit(button=AGAIN, status=409)
    assert "wait for the next reminder" in page.words
    assert office.number_of(AccessLink) == 1


def test_a_contact_that_may_not_be_used_gets_no_new_link(agent: Person, office: Office) -> None:
    message = failed_answer(office)
    office.work(
        lambda: db.session.execute(
            update(AccessLink).values(revoked_at=office.at, revoke_reason="contact_changed")
        )
    )
    contact = f"/desk/debtors/{office.debtor.public_id}/contacts/{office.email.public_id}"
    agent.open(contact).submit({"is_usable": None}, button="Save contact")
    page = agent.open(page_of(message)).submit(button=AGAIN, status=409)
    assert "Correct the contact first." in page.words
    assert office.number_of(AccessLink) == 1
