"""A debtor with a browser: an organisation with its answers, two open invoices, and a link to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from core import clock as the_clock
from core import tenancy
from core.database import db
from core.members.models import Member
from core.organisations.models import Creditor, Organisation
from invoices.models import ContactPoint, Debtor, Invoice
from links.models import AccessLink
from links.queries import address_of
from reactions.models import Action, Reaction
from reactions.operations import actions
from reactions.operations.founding import found_types
from tests import factories
from tests.visitor import Page, Visitor

COMPLAINT = {
    "type": "complaint",
    "complaint.reason": "amount",
    "complaint.explanation": "Two hours too many.",
}


@dataclass
class Guest:
    """A debtor and their browser. Rows are detached, to be read."""

    app: Flask
    organisation: Organisation
    creditor: Creditor
    member: Member
    debtor: Debtor
    contact: ContactPoint
    link: AccessLink
    invoices: list[Invoice]
    address: str
    browser: Visitor

    def enter(self) -> Page:
        """Open the link, press the button, and return the list."""
        return self.browser.open(self.address).submit()

    def choose(self, *invoices: Invoice, button: str = "Respond", page: Page | None = None) -> Page:
        """Choose invoices on the list, all unless told, and press a button below it."""
        page = page or self.browser.open("/invoices")
        ids = [invoice.public_id for invoice in invoices or self.invoices]
        return page.submit({"invoice": ids}, button=button, to="/invoices")

    def react(self, *invoices: Invoice, **values: str) -> Page:
        """Complain about invoices, all unless told, and return the list."""
        return self.choose(*invoices).submit(COMPLAINT | values, button="Save reaction")

    @contextmanager
    def room(self) -> Iterator[None]:
        """Work behind the desk, for this organisation; commit at the end."""
        with self.app.app_context(), tenancy.scope(self.organisation.id):
            yield
            db.session.commit()

    def count(self, table: type[Any]) -> int:
        """Count the organisation's rows."""
        with self.room():
            return db.session.scalar(select(func.count()).select_from(table)) or 0

    def change_invoice(self, invoice: Invoice, **values: object) -> None:
        """Let something happen to an invoice."""
        with self.room():
            db.session.execute(update(Invoice).where(Invoice.id == invoice.id).values(**values))

    def answer(self, reason: str, text: str) -> None:
        """Close the latest action as the organisation's agent."""
        with self.room():
            action = db.session.scalars(select(Action).order_by(Action.id.desc())).first()
            assert action is not None
            actions.close(
                organisation_id=self.organisation.id,
                action_public_id=action.public_id,
                version=action.version,
                member_id=self.member.id,
                reason=reason,
                answer=text,
                now=the_clock.now(),
            )

    def reactions(self) -> list[Reaction]:
        """Return the reactions there are."""
        with self.room():
            found = list(db.session.scalars(select(Reaction).order_by(Reaction.id)))
            db.session.expunge_all()
        return found


@pytest.fixture
def make_guest(app: Flask, clock: Any) -> Callable[..., Guest]:
    """Bring a debtor: `make_guest(organisation, language="fr")`; without an organisation they get one."""

    def bring(organisation: Organisation | None = None, **changes: Any) -> Guest:
        with app.app_context(), tenancy.everywhere():
            owner = organisation or _organisation()
            creditor, member = factories.creditor(owner), factories.member(owner)
            debtor = factories.debtor(owner, **{"language": "en"} | changes)
            contact = factories.contact_point(debtor)
            now = the_clock.now()
            link = factories.link(debtor, contact, issued_at=now, expires_at=now + timedelta(days=14))
            invoices = [
                factories.invoice(debtor, creditor),
                factories.invoice(debtor, creditor, amount=100000, due_on=date(2026, 12, 11)),
            ]
            db.session.commit()
            keys = app.config["PORTAL"].link_keys
            address = address_of(link, base_url="", keys=keys)
            db.session.expunge_all()
        browser = Visitor(app)
        return Guest(app, owner, creditor, member, debtor, contact, link, invoices, address, browser)

    return bring


def _organisation() -> Organisation:
    owner = factories.organisation()
    with tenancy.scope(owner.id):
        found_types(organisation_id=owner.id)
    return owner


@pytest.fixture
def guest(make_guest: Callable[..., Guest]) -> Guest:
    """Sanne, who reads English and has two open invoices at Voltwerk."""
    return make_guest()


@pytest.fixture
def neighbour(make_guest: Callable[..., Guest], guest: Guest) -> Guest:
    """Another debtor of the same organisation."""
    return make_guest(guest.organisation)


@pytest.fixture
def stranger(make_guest: Callable[..., Guest]) -> Guest:
    """A debtor of another organisation."""
    return make_guest()
