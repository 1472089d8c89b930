"""Links sent by hand, seen and taken back."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from core.database import db
from invoices.models import ContactPoint, ContactState, Debtor, Invoice
from invoices.pauses import pause
from links.models import AccessLink
from messaging.models import Message
from tests import factories
from tests.desk.conftest import Office
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page, Visitor

SUNDAY = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def debtor_page(person: Person, office: Office) -> Page:
    """Open the page of the office's debtor."""
    return person.open(f"/desk/debtors/{office.debtor.public_id}")


def last_sent() -> tuple[Message, AccessLink]:
    """Return the message with the last link, and that link."""
    message = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message is not None
    return message, db.session.get_one(AccessLink, message.link_id)


def settle_everything(office: Office) -> None:
    """Leave nothing open."""

    def job() -> None:
        for row in db.session.scalars(select(Invoice)):
            row.amount_open = 0

    office.work(job)


def test_a_link_goes_to_the_contact_that_was_chosen(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office).submit({"contact_point": office.mobile.public_id}, button="Send link")
    assert "The link is on its way." in page.words
    assert "sent a link by SMS" in page.words
    message = office.work(lambda: db.session.scalars(select(Message)).one())
    assert (message.event, message.recipient, message.language) == ("invoice_link", "+31612345678", "nl")
    assert message.values["invoice_count"] == "2 open facturen"
    assert office.number_of(AccessLink) == 2


def test_a_link_sent_twice_by_one_form_goes_once(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office)
    page.submit(button="Send link")
    page.submit(button="Send link")
    assert office.number_of(Message) == 1
    assert office.number_of(AccessLink) == 2
    debtor_page(agent, office).submit(button="Send link")
    assert office.number_of(Message) == 2


@pytest.fixture
def on_sunday(office: Office, clock: Clock, at_the_desk: Callable[..., Person]) -> Person:
    """An agent who works on Sunday."""
    clock.move_to(SUNDAY)
    return at_the_desk(organisation=office.organisation)


def test_a_link_that_was_not_asked_for_waits_for_the_contact_hours(on_sunday: Person, office: Office) -> None:
    page = debtor_page(on_sunday, office)
    assert "Otherwise it leaves on Monday 23 November 2026 at 07:00" in page.words
    page = page.submit(button="Send link")
    assert "The link leaves on Monday 23 November 2026 at 07:00" in page.words
    message, link = office.work(last_sent)
    assert (message.is_approach, message.not_before) == (True, MONDAY)
    # Two weeks from Monday, as the message will say: the link's own time does not pass before it leaves.
    assert (link.issued_at, link.expires_at) == (MONDAY, datetime(2026, 12, 7, 22, 59, tzinfo=UTC))


def test_a_link_that_the_debtor_asked_for_leaves_at_any_hour(on_sunday: Person, office: Office) -> None:
    page = debtor_page(on_sunday, office).submit({"was_asked_for": "y"}, button="Send link")
    assert "The link is on its way." in page.words
    assert "sent a link by E-mail because the debtor asked for it" in page.words
    message, link = office.work(last_sent)
    assert (message.is_approach, message.not_before, link.issued_at) == (False, SUNDAY, SUNDAY)


def test_the_hours_are_those_of_the_debtors_country(
    office: Office, clock: Clock, at_the_desk: Callable[..., Person]
) -> None:
    # Half past eight in the evening: too late in the Netherlands, not in Norway.
    clock.move_to(datetime(2026, 11, 18, 19, 30, tzinfo=UTC))
    agent = at_the_desk(organisation=office.organisation)
    assert "Otherwise it leaves on Thursday" in debtor_page(agent, office).words

    def move() -> None:
        db.session.get_one(Debtor, office.debtor.id).country = "NO"

    office.work(move)
    assert "Otherwise it leaves within contact hours only." in debtor_page(agent, office).words


def test_the_form_says_that_reminders_to_the_debtor_wait(agent: Person, office: Office) -> None:
    assert "A link leaves all the same." not in debtor_page(agent, office).words

    def rest() -> None:
        pause(
            organisation=office.organisation,
            debtor_id=office.debtor.id,
            reason="In hospital",
            ends_on=date(2026, 12, 1),
            member_id=agent.member.id,
            now=office.at,
        )

    office.work(rest)
    page = debtor_page(agent, office)
    assert "Reminders wait until 1 Dec 2026 A link leaves all the same." in page.words
    page.submit(button="Send link")
    assert office.number_of(Message) == 1


def test_no_link_without_an_open_invoice(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office)
    settle_everything(office)
    assert "there is nothing to show" in debtor_page(agent, office).words
    refused = page.submit(button="Send link", status=422)
    assert "No link was sent" in refused.words
    assert office.number_of(Message) == 0


def test_no_link_without_a_usable_contact(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office)

    def fail() -> None:
        for row in db.session.scalars(select(ContactPoint)):
            row.state = ContactState.FAILED

    office.work(fail)
    assert "Add an e-mail address or a mobile number first." in debtor_page(agent, office).words
    refused = page.submit(button="Send link", status=422)
    assert "Choose an e-mail address or a mobile number that can be used." in refused.words
    assert office.number_of(Message) == 0


def test_a_contact_of_somebody_else_is_refused(agent: Person, office: Office) -> None:
    other = office.work(lambda: factories.contact_point(factories.debtor(office.organisation)))
    form = debtor_page(agent, office).form("Send link")
    forged = form.filled_in({}, None) | {"contact_point": other.public_id}
    assert agent.client.post(form.action, data=forged).status_code == 422
    assert office.number_of(Message) == 0


@pytest.mark.parametrize("key", ["", "x" * 200, "a\0b", "'; --"])
def test_a_form_with_a_made_up_key_sends_nothing(agent: Person, office: Office, key: str) -> None:
    form = debtor_page(agent, office).form("Send link")
    forged = form.filled_in({}, None) | {"key": key}
    assert agent.client.post(form.action, data=forged).status_code == 422
    assert office.number_of(Message) == 0


def test_the_page_shows_how_often_somebody_came_in(agent: Person, office: Office) -> None:
    assert "Not yet" in debtor_page(agent, office).words

    def enter() -> None:
        row = db.session.get_one(AccessLink, office.link.id)
        row.entered, row.first_entered_at = 3, office.at

    office.work(enter)
    assert "3 times, first 18 Nov 12:00" in debtor_page(agent, office).words


def test_a_revoked_link_is_over(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office).submit(button="Revoke this link")
    assert "The link no longer works." in page.words
    assert "Revoked" in page.words
    stored = office.now(office.link)
    assert (stored.revoked_by_id, stored.revoked_at) == (agent.member.id, office.at)
    assert "Revoke this link" not in page.words


def addresses(office: Office) -> list[str]:
    """Return where links are sent and revoked."""
    return [
        f"/desk/debtors/{office.debtor.public_id}/links",
        f"/desk/links/{office.link.public_id}/revoke",
    ]


def test_a_viewer_sends_and_revokes_nothing(viewer: Person, office: Office) -> None:
    page = debtor_page(viewer, office)
    assert "Revoke this link" not in page.words
    for path in addresses(office):
        assert viewer.client.post(path).status_code == 403, path


def test_links_of_another_organisation_are_no_page(
    agent_elsewhere: Person, office_elsewhere: Office, office: Office
) -> None:
    values = debtor_page(agent_elsewhere, office_elsewhere).form("Send link").filled_in({}, None)
    for path in addresses(office):
        assert agent_elsewhere.client.post(path, data=values).status_code == 404, path
    assert office.now(office.link).revoked_at is None
    assert office.number_of(Message) == 0


def test_a_stranger_is_refused(visitor: Visitor, office: Office) -> None:
    for path in addresses(office):
        assert visitor.client.post(path).status_code == 401, path
