"""Where our answer goes: to an address that works, and never after a link that was taken back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.database import db
from invoices import contacts
from invoices.models import Channel, ContactState
from links.models import BY_MEMBER, CONTACT_CHANGED, AccessLink
from links.operations import revoke, revoke_of_contact
from messaging.models import Message
from reactions.models import Action
from reactions.queries.answering import NoWay, way_of_answer
from tests import factories
from tests.reactions.conftest import NOW, Counter

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def action(counter: Counter) -> Action:
    """A complaint about both invoices."""
    found = counter.action_of(counter.react("complaint"))
    db.session.commit()
    return found


def answer(counter: Counter, action: Action) -> Message | None:
    """Close the action with an answer and return the message that was queued."""
    counter.close(action, reason="accepted", answer="U heeft gelijk.", now=LATER)
    with counter.scope():
        return db.session.scalar(select(Message).where(Message.event == "action_closed"))


def correct(counter: Counter, value: str) -> None:
    """Correct the contact point the debtor came by, as the desk does."""
    by: dict[str, Any] = {"member_id": counter.member.id, "now": NOW}
    with counter.scope():
        assert contacts.change_contact(
            contact=counter.contact, text=value, country="NL", is_preferred=True, is_usable=True, **by
        )
        assert revoke_of_contact(contact_point_id=counter.contact.id, reason=CONTACT_CHANGED, **by) == 1


def test_an_answer_goes_to_the_address_that_the_debtor_asked_for(counter: Counter, action: Action) -> None:
    factories.contact_point(counter.debtor, value="other@mail.example")
    correct(counter, "sanne@new.example")
    sent = answer(counter, action)
    assert sent is not None
    assert (sent.recipient, sent.contact_point_id) == ("sanne@new.example", counter.contact.id)
    with counter.scope():
        link = db.session.get_one(AccessLink, sent.link_id)
    assert (link.contact_point_id, link.revoked_at) == (counter.contact.id, None)


def test_an_answer_to_who_came_by_a_letter_goes_to_the_preferred_contact(
    counter: Counter, action: Action
) -> None:
    mobile = factories.contact_point(counter.debtor, channel=Channel.SMS, value="+31612345678")
    with counter.scope():
        counter.contact.is_preferred = False
        counter.link.contact_point_id, counter.link.channel = None, Channel.LETTER
        db.session.flush()
    sent = answer(counter, action)
    assert sent is not None
    assert (sent.channel, sent.recipient, sent.contact_point_id) == (Channel.SMS, mobile.value, mobile.id)


@pytest.mark.parametrize("state", [ContactState.FAILED, ContactState.OPTED_OUT])
def test_an_answer_goes_elsewhere_when_the_address_cannot_be_used(
    counter: Counter, action: Action, state: ContactState
) -> None:
    other = factories.contact_point(counter.debtor, value="other@mail.example", is_preferred=False)
    factories.contact_point(factories.debtor(counter.organisation), value="neighbour@mail.example")
    with counter.scope():
        counter.contact.state = state
        db.session.flush()
    sent = answer(counter, action)
    assert sent is not None
    assert sent.recipient == other.value


def test_without_a_usable_contact_no_message_goes(counter: Counter, action: Action) -> None:
    with counter.scope():
        counter.contact.state = ContactState.FAILED
        db.session.flush()
        assert way_of_answer(action=action) is NoWay.NO_CONTACT
    assert answer(counter, action) is None


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.LETTER])
def test_after_a_link_that_was_taken_back_no_message_goes_anywhere(
    counter: Counter, action: Action, channel: Channel
) -> None:
    factories.contact_point(counter.debtor, value="other@mail.example")
    with counter.scope():
        counter.link.channel = channel
        revoke(link=counter.link, reason=BY_MEMBER, now=LATER)
        assert way_of_answer(action=action) is NoWay.LINK_REVOKED
    assert answer(counter, action) is None


def test_a_link_that_was_taken_back_stays_so_when_its_contact_is_corrected_later(
    counter: Counter, action: Action
) -> None:
    with counter.scope():
        revoke(link=counter.link, reason=BY_MEMBER, now=NOW)
        revoke_of_contact(
            contact_point_id=counter.contact.id, reason=CONTACT_CHANGED, now=LATER, member_id=None
        )
        assert way_of_answer(action=action) is NoWay.LINK_REVOKED
