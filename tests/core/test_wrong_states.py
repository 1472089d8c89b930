"""Wrong states cannot be stored: the database itself refuses them, whoever writes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.database import Base, db
from core.organisations.models import Creditor, Organisation
from invoices.models import Channel, ContactPoint, CreditNote, Debtor, Exemption, Invoice, Payment
from links.models import AccessLink, Visit
from messaging.models import Message, MessageTemplate
from messaging.queueing import queue
from tests import factories
from tests.factories import NOW

DAY = timedelta(days=1)


@dataclass
class Rows:
    """One good row of each kind."""

    organisation: Organisation
    creditor: Creditor
    debtor: Debtor
    contact: ContactPoint
    invoice: Invoice
    link: AccessLink
    visit: Visit
    message: Message

    @property
    def about(self) -> dict[str, Any]:
        """What a row about the invoice begins with."""
        return {"organisation_id": self.organisation.id, "invoice_id": self.invoice.id}


@pytest.fixture
def good(session: scoped_session[Session]) -> Iterator[Rows]:
    with tenancy.everywhere():
        owner = factories.organisation()
        creditor, debtor = factories.creditor(owner), factories.debtor(owner)
        contact = factories.contact_point(debtor)
        link = factories.link(debtor, contact)
        message = queue(
            organisation_id=owner.id,
            dedupe_key="one",
            event="reminder_1",
            channel=Channel.EMAIL,
            language="nl",
            recipient=contact.value,
            values={},
            now=NOW,
            debtor_id=debtor.id,
        )
        invoice = factories.invoice(debtor, creditor)
        yield Rows(owner, creditor, debtor, contact, invoice, link, factories.visit(link), message)
        session.rollback()


# By what is wrong: the kind of row, and the columns that are changed in a good one.
CHANGES: dict[str, tuple[type[Base], dict[str, Any]]] = {
    "an invoice of nothing": (Invoice, {"amount": 0, "amount_open": 0}),
    "less than nothing open": (Invoice, {"amount_open": -1}),
    "more open than was asked": (Invoice, {"amount_open": 125001}),
    "more settled elsewhere than was asked": (Invoice, {"amount_settled_elsewhere": 125001}),
    "due before it was made": (Invoice, {"due_on": date(2026, 9, 24)}),
    "withdrawn and still open": (Invoice, {"withdrawn_at": NOW}),
    "a debtor of an unknown language": (Debtor, {"language": "xx"}),
    "a company without a name": (Debtor, {"kind": "company", "company_name": ""}),
    "a number that is not E.164": (ContactPoint, {"channel": "sms", "value": "0612345678"}),
    "an address without an at": (ContactPoint, {"value": "sanne.example"}),
    "a link that ends when it begins": (AccessLink, {"expires_at": NOW}),
    "a link taken back without a reason": (AccessLink, {"revoked_at": NOW}),
    "a reason without having been taken back": (AccessLink, {"revoke_reason": "asked"}),
    "a token's id that is too short": (AccessLink, {"token_id": b"1234567"}),
    "a visit that ends when it begins": (Visit, {"expires_at": NOW}),
    "handed over and still waiting": (Message, {"handed_at": NOW}),
    "sent and still waiting": (Message, {"sent_at": NOW}),
    "claimed by nobody": (Message, {"state": "claimed"}),
    "handed over by nobody": (Message, {"state": "handing", "handed_at": NOW}),
    "suppressed after it was handed over": (Message, {"state": "suppressed", "handed_at": NOW}),
    "a message to nobody": (Message, {"debtor_id": None}),
    "a link for no time": (Organisation, {"link_validity_hours": 0}),
    "a link for ever": (Organisation, {"link_validity_hours": 24001}),
    "an organisation of an unknown language": (Organisation, {"language": "xx"}),
    "an accent that is no colour": (Organisation, {"accent": "orange"}),
}


@pytest.mark.parametrize(("table", "change"), CHANGES.values(), ids=CHANGES.keys())
def test_a_good_row_cannot_be_made_wrong(good: Rows, table: type[Base], change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        db.session.execute(update(table).values(**change))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("debtors", "kind"),
        ("contact_points", "channel"),
        ("contact_points", "state"),
        ("messages", "state"),
        ("messages", "channel"),
        ("access_links", "channel"),
    ],
)
def test_a_word_that_is_none_of_the_choices_is_refused(good: Rows, table: str, column: str) -> None:
    with pytest.raises(IntegrityError):
        db.session.execute(text(f"UPDATE {table} SET {column} = 'something'"))


NEW: dict[str, Callable[[Rows], Any]] = {
    "a payment of nothing": lambda good: Payment(**good.about, amount=0, paid_on=NOW.date(), created_at=NOW),
    "a credit note of nothing": lambda good: CreditNote(
        **good.about, number="1", amount=0, credited_on=NOW.date(), created_at=NOW
    ),
    "an exemption of nothing": lambda good: exemption(good, amount=0),
    "an exemption that ends before it begins": lambda good: exemption(
        good, ended_at=NOW - DAY, end_reason="closed"
    ),
    "an exemption that ended for no reason": lambda good: exemption(good, ended_at=NOW),
    "a reason to end without an end": lambda good: exemption(good, end_reason="closed"),
    "an e-mail's text without a subject": lambda good: MessageTemplate(
        organisation_id=good.organisation.id,
        event="reminder_1",
        channel="email",
        language="nl",
        subject="",
        body="((link))",
        updated_at=NOW,
    ),
}


def exemption(good: Rows, **changes: Any) -> Exemption:
    return Exemption(**(good.about | {"asked_by": "action:7", "reason": "x", "started_at": NOW} | changes))


@pytest.mark.parametrize("wrong", NEW.values(), ids=NEW.keys())
def test_a_wrong_row_cannot_be_added(good: Rows, wrong: Callable[[Rows], Any]) -> None:
    db.session.add(wrong(good))
    with pytest.raises(IntegrityError):
        db.session.flush()


TWICE: dict[str, Callable[[Rows], Any]] = {
    "a customer number": lambda good: factories.debtor(
        good.organisation, customer_number=good.debtor.customer_number
    ),
    "an invoice number of a creditor": lambda good: factories.invoice(
        good.debtor, good.creditor, number=good.invoice.number
    ),
    "an address of a debtor": lambda good: factories.contact_point(good.debtor, value=good.contact.value),
    "a creditor's code": lambda good: factories.creditor(good.organisation, code=good.creditor.code),
    "a token's id": lambda good: factories.link(good.debtor, token_id=good.link.token_id),
    "a cookie's secret": lambda good: factories.visit(good.link, secret_hash=good.visit.secret_hash),
}


@pytest.mark.parametrize("again", TWICE.values(), ids=TWICE.keys())
def test_what_is_there_once_cannot_be_there_twice(good: Rows, again: Callable[[Rows], Any]) -> None:
    with pytest.raises(IntegrityError):
        again(good)


def test_one_asker_has_one_exemption_in_force_of_an_invoice(good: Rows) -> None:
    db.session.add_all((exemption(good, ended_at=NOW, end_reason="closed"), exemption(good)))
    db.session.add(exemption(good, asked_by="action:8"))
    db.session.flush()
    db.session.add(exemption(good))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_the_same_numbers_elsewhere_are_other_numbers(good: Rows) -> None:
    elsewhere = factories.organisation(name="Elders")
    creditor = factories.creditor(elsewhere, code=good.creditor.code)
    debtor = factories.debtor(elsewhere, customer_number=good.debtor.customer_number)
    assert factories.invoice(debtor, creditor, number=good.invoice.number).id != good.invoice.id


ACROSS: dict[str, Callable[[Rows, Rows], Any]] = {
    "an invoice of a foreign debtor": lambda good, other: factories.invoice(
        good.debtor, good.creditor, debtor_id=other.debtor.id
    ),
    "an invoice of a foreign creditor": lambda good, other: factories.invoice(good.debtor, other.creditor),
    "an address of a foreign debtor": lambda good, other: factories.contact_point(
        good.debtor, debtor_id=other.debtor.id
    ),
    "a link for a foreign debtor": lambda good, other: factories.link(good.debtor, debtor_id=other.debtor.id),
    "a link to a foreign address": lambda good, other: factories.link(good.debtor, other.contact),
    "a visit through a foreign link": lambda good, other: factories.visit(good.link, link_id=other.link.id),
}


@pytest.mark.parametrize("cross", ACROSS.values(), ids=ACROSS.keys())
def test_nothing_points_at_a_row_of_another_organisation(
    good: Rows, cross: Callable[[Rows, Rows], Any]
) -> None:
    owner = factories.organisation(name="Elders")
    debtor, creditor = factories.debtor(owner), factories.creditor(owner)
    contact = factories.contact_point(debtor)
    link = factories.link(debtor, contact)
    invoice = factories.invoice(debtor, creditor)
    other = Rows(owner, creditor, debtor, contact, invoice, link, factories.visit(link), good.message)
    with pytest.raises(IntegrityError):
        cross(good, other)
