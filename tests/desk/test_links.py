"""Links sent by hand, seen and taken back."""

import pytest
from sqlalchemy import select

from core.database import db
from invoices.models import ContactPoint, ContactState, Invoice
from links.models import AccessLink
from messaging.models import Message
from tests import factories
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Page, Visitor


def debtor_page(person: Person, office: Office) -> Page:
    """Open the page of the office's debtor."""
    return person.open(f"/desk/debtors/{office.debtor.public_id}")


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
