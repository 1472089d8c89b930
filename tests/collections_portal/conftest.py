"""A debtor with a browser: an organisation with its answers, two open invoices, and a link to them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from core import clock as the_clock
from core import tenancy
from core.database import db
from core.organisations.models import Creditor, Organisation
from invoices.models import ContactPoint, Debtor, Invoice
from links.models import AccessLink
from links.queries import address_of
from reactions.operations.founding import found_types
from tests import factories
from tests.visitor import Page, Visitor


@dataclass
class Guest:
    """A debtor and their browser. Rows are detached, to be read."""

    organisation: Organisation
    creditor: Creditor
    debtor: Debtor
    contact: ContactPoint
    link: AccessLink
    invoices: list[Invoice]
    address: str
    browser: Visitor

    def enter(self) -> Page:
        """Open the link, press the button, and return the list."""
        return self.browser.open(self.address).submit()

    def choose(self, *invoices: Invoice, button: str, page: Page | None = None) -> Page:
        """Choose invoices on the list and press a button below it."""
        ids = [invoice.public_id for invoice in invoices or self.invoices]
        return (page or self.browser.open("/invoices")).submit(
            {"invoice": ids}, button=button, to="/invoices"
        )


@pytest.fixture
def make_guest(app: Flask, clock: Any) -> Callable[..., Guest]:
    """Bring a debtor: `make_guest(organisation, language="fr")`; without an organisation they get their own."""

    def bring(organisation: Organisation | None = None, **changes: Any) -> Guest:
        with app.app_context(), tenancy.everywhere():
            owner = organisation or _organisation()
            creditor = factories.creditor(owner)
            debtor = factories.debtor(owner, **changes)
            contact = factories.contact_point(debtor)
            now = the_clock.now()
            link = factories.link(debtor, contact, issued_at=now, expires_at=now + timedelta(days=14))
            invoices = [
                factories.invoice(debtor, creditor),
                factories.invoice(debtor, creditor, amount=100000, due_on=date(2026, 11, 11)),
            ]
            db.session.commit()
            config = app.config["PORTAL"]
            address = address_of(link, base_url="", keys=config.link_keys)
            guest = Guest(owner, creditor, debtor, contact, link, invoices, address, Visitor(app))
            db.session.expunge_all()
        return guest

    return bring


def _organisation() -> Organisation:
    owner = factories.organisation()
    with tenancy.scope(owner.id):
        found_types(organisation_id=owner.id)
    return owner


@pytest.fixture
def guest(make_guest: Callable[..., Guest]) -> Guest:
    """Sanne, who reads Dutch and has two open invoices at Voltwerk."""
    return make_guest(language="en")
