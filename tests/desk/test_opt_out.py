"""Who wants no messages, noted at the desk: for every debtor with the address; who may take it back."""

from typing import Any

import pytest
from sqlalchemy import select

from core.audit import AuditEvent
from core.database import db
from invoices.models import Channel, ContactPoint, ContactState
from links.opting import send_again, send_nothing
from messaging import opting
from messaging.sms_models import OptOut, OptOutSource
from tests import factories
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Page


@pytest.fixture
def shared(office: Office) -> ContactPoint:
    """The same e-mail address at another debtor of the organisation."""

    def add() -> ContactPoint:
        return factories.contact_point(factories.debtor(office.organisation), value=office.email.value)

    contact: ContactPoint = office.work(add)
    return contact


def switch(
    agent: Person, office: Office, contact: ContactPoint, *, on: bool, status: int = 200, **others: str
) -> Page:
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}/contacts/{contact.public_id}")
    return page.submit({"is_usable": "y" if on else None} | others, button="Save contact", status=status)


def sources(office: Office) -> list[tuple[str, OptOutSource]]:
    def read() -> list[tuple[str, OptOutSource]]:
        return [(row.value, row.source) for row in db.session.scalars(select(OptOut))]

    found: list[tuple[str, OptOutSource]] = office.work(read)
    return found


def opted_out(office: Office, contact: ContactPoint, source: OptOutSource) -> None:
    office.work(
        lambda: opting.opt_out(
            organisation_id=office.organisation.id,
            channel=contact.channel,
            value=contact.value,
            source=source,
            now=office.at,
        )
    )


def test_what_an_agent_was_told_holds_for_every_debtor_with_the_address(
    agent: Person, office: Office, shared: ContactPoint
) -> None:
    switch(agent, office, office.email, on=False)
    assert sources(office) == [(office.email.value, OptOutSource.PORTAL)]
    assert office.now(office.email).state is ContactState.OPTED_OUT
    assert office.now(shared).state is ContactState.OPTED_OUT
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}")
    assert "noted that the receiver wants no messages there (E-mail)" in page.words


def test_an_agent_takes_it_back_for_all_of_them(agent: Person, office: Office, shared: ContactPoint) -> None:
    switch(agent, office, office.email, on=False)
    switch(agent, office, office.email, on=True)
    assert sources(office) == []
    assert office.now(office.email).state is ContactState.USABLE
    assert office.now(shared).state is ContactState.USABLE
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}")
    assert "noted that the receiver wants messages there again (E-mail)" in page.words


def test_an_agent_takes_a_complaint_back_when_its_writer_asks(agent: Person, office: Office) -> None:
    opted_out(office, office.email, OptOutSource.COMPLAINT)
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}/contacts/{office.email.public_id}")
    assert "Wants no messages here complained about a mail" in page.words
    switch(agent, office, office.email, on=True)
    assert (sources(office), office.now(office.email).state) == ([], ContactState.USABLE)


def test_stop_after_an_agents_note_is_taken_back_by_start_alone(agent: Person, office: Office) -> None:
    switch(agent, office, office.mobile, on=False)
    opted_out(office, office.mobile, OptOutSource.STOP)
    switch(agent, office, office.mobile, on=True, status=422)
    assert sources(office) == [(office.mobile.value, OptOutSource.STOP)]
    office.work(
        lambda: opting.opt_in(
            organisation_id=office.organisation.id,
            channel=Channel.SMS,
            value=office.mobile.value,
            now=office.at,
        )
    )
    assert (sources(office), office.now(office.mobile).state) == ([], ContactState.USABLE)


def test_an_agents_note_does_not_take_the_place_of_stop(agent: Person, office: Office) -> None:
    opted_out(office, office.mobile, OptOutSource.STOP)
    switch(agent, office, office.mobile, on=False)
    assert sources(office) == [(office.mobile.value, OptOutSource.STOP)]


def test_a_dead_address_is_not_taken_for_an_unwanted_one(agent: Person, office: Office) -> None:
    office.work(lambda: fail(office.email))
    switch(agent, office, office.email, on=False)
    assert (sources(office), office.now(office.email).state) == ([], ContactState.FAILED)


def fail(contact: ContactPoint) -> None:
    db.session.get_one(ContactPoint, contact.id).state = ContactState.FAILED


def test_an_address_corrected_to_an_unwanted_one_shows_it(
    agent: Person, office: Office, shared: ContactPoint
) -> None:
    office.work(lambda: move(shared))
    opted_out(office, office.now(shared), OptOutSource.COMPLAINT)
    switch(agent, office, office.email, on=True, value="elsewhere@mail.example")
    assert office.now(office.email).state is ContactState.OPTED_OUT
    assert len(sources(office)) == 1


def move(contact: ContactPoint) -> None:
    db.session.get_one(ContactPoint, contact.id).value = "elsewhere@mail.example"


def test_nobody_of_another_organisation_notes_it(
    agent_elsewhere: Person, office: Office, shared: ContactPoint
) -> None:
    agent_elsewhere.open(
        f"/desk/debtors/{office.debtor.public_id}/contacts/{office.email.public_id}", status=404
    )
    assert sources(office) == []
    events = office.work(lambda: db.session.scalars(select(AuditEvent.what)).all())
    assert "contact.opt_out_noted" not in events


def test_what_the_debtor_said_on_their_own_page_is_seen_and_may_be_taken_back(
    agent: Person, office: Office
) -> None:
    about: Any = {"organisation_id": office.organisation.id, "link_id": office.link.id, "now": office.at}
    office.work(lambda: send_nothing(**about))
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}")
    assert "The receiver wants no messages any more: said so on their own page" in page.words
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}/contacts/{office.email.public_id}")
    assert "Wants no messages here said so on their own page" in page.words
    switch(agent, office, office.email, on=True)
    assert (sources(office), office.now(office.email).state) == ([], ContactState.USABLE)
    office.work(lambda: send_nothing(**about))
    office.work(lambda: send_again(**about))
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}")
    assert "The receiver wants messages again: said so on their own page" in page.words
