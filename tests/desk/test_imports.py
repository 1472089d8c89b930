"""Files imported at the desk: chosen, matched, checked, stored, and what is said when that does not go."""

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from collections_portal.jobs import import_files
from core import tenancy
from core.database import OfOrganisation, db
from core.organisations.models import Creditor
from invoices.importing.models import BatchState, ImportBatch
from invoices.models import ContactPoint, Debtor, Invoice
from tests import factories
from tests.people import Person
from tests.visitor import Page

HEADER = "Klantnummer;Naam;E-mail;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag"
VLIJT = "20418;De Vlijt;info@devlijt.example;2026/098;14-08-2026;13-09-2026;3.480,00"
BAKKER = "20419;Bakker Jan;jan@bakker.example;2026/099;15-08-2026;14-09-2026;212,40"


def lines(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


@pytest.fixture
def creditor(app: Flask, agent: Person) -> Creditor:
    """The one creditor of the agent's organisation."""
    with app.app_context():
        made = factories.creditor(agent.organisation, code="VW", name="Voltwerk")
        db.session.commit()
        return made


def choose(
    person: Person,
    content: str | bytes,
    kind: str = "invoices_with_debtors",
    *,
    name: str = "openstaand.csv",
    status: int = 200,
) -> Page:
    """Choose a file and send it; return the page with its columns, or with what is wrong."""
    data = content.encode() if isinstance(content, str) else content
    page = person.open("/desk/imports/new")
    return page.submit({"kind": kind, "file": (BytesIO(data), name)}, to="/new", status=status)


def check(page: Page, values: dict[str, object] | None = None, *, status: int = 200) -> Page:
    """Press the button below the columns."""
    return page.submit(values or {}, button="Check rows", status=status)


def work(app: Flask) -> None:
    """Let the worker do what waits."""
    with app.app_context():
        import_files(app)


def number_of(person: Person, table: type[OfOrganisation]) -> int:
    """Return how many rows the person's organisation has."""
    with person.client.application.app_context(), tenancy.scope(person.organisation.id):
        return db.session.scalar(select(func.count(table.id))) or 0


def state_of(person: Person) -> BatchState:
    """Return where the last import stands."""
    with person.client.application.app_context(), tenancy.scope(person.organisation.id):
        return db.session.scalars(select(ImportBatch.state).order_by(ImportBatch.id.desc())).first()  # type: ignore[return-value]


def test_invoices_with_their_debtors_come_in(app: Flask, agent: Person, creditor: Creditor) -> None:
    page = choose(agent, lines(VLIJT, BAKKER))
    assert page.heading == "openstaand.csv"
    for words in ("2 rows", "Separated by semicolons", "UTF-8", "Dates day-month-year", "7 of 7 found"):
        assert words in page.words
    page = check(page)
    assert "New invoices 2" in page.words
    assert "New debtors 2" in page.words
    assert "3,480.00" in page.words
    assert number_of(agent, Invoice) == 0
    page = page.submit(button="Import")
    assert "Waiting for its turn" in page.words
    assert number_of(agent, Invoice) == 0
    work(app)
    page = agent.open(page.path)
    assert "All rows are imported." in page.words
    assert (number_of(agent, Invoice), number_of(agent, Debtor), number_of(agent, ContactPoint)) == (2, 2, 2)
