"""`portal import-payments`: statements from a terminal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from core import tenancy
from core.database import db
from core.organisations.models import Organisation
from invoices.models import Invoice, Payment
from tests import factories
from tests.invoices.statements.made import Paid, camt, camt_of, camt_statement
from tests.moments import Clock


@pytest.fixture
def voltwerk(app: Flask, clock: Clock) -> Organisation:
    """An organisation with one open invoice, 2026/7771 of 1,250.00."""
    with app.app_context():
        owner = factories.organisation()
        factories.invoice(factories.debtor(owner), factories.creditor(owner), number="2026/7771")
        db.session.commit()
        return owner


@pytest.fixture
def portal(run: Callable[..., Result], voltwerk: Organisation, tmp_path: Path) -> Callable[[bytes], Result]:
    """The command for a file with this content."""
    file = tmp_path / "november.xml"

    def take_in(content: bytes) -> Result:
        file.write_bytes(content)
        return run("import-payments", str(file), "--organisation", voltwerk.public_id)

    return take_in


def open_and_paid(app: Flask) -> tuple[int, int]:
    """Return what is open on the invoice, and how many payments there are."""
    with app.app_context(), tenancy.everywhere():
        payments = db.session.scalar(select(func.count(Payment.id))) or 0
        return db.session.scalars(select(Invoice.amount_open)).one(), payments


def test_what_fits_is_booked_and_the_rest_is_counted(app: Flask, portal: Callable[[bytes], Result]) -> None:
    done = portal(camt(Paid(125_000, text="2026/7771"), Paid(100, text="bedankt"), Paid(-700), number="7"))
    assert done.exit_code == 0
    assert done.output == ("Statement 7: 3 new lines, 1 booked, 1 to settle, 1 went out, 0 known before.\n")
    assert open_and_paid(app) == (0, 1)


def test_the_same_file_twice_ends_with_a_sentence(app: Flask, portal: Callable[[bytes], Result]) -> None:
    content = camt(Paid(5_000, text="bedankt"))
    portal(content)
    again = portal(content)
    assert (again.exit_code, again.output) == (
        1, "Error: This very file was taken in before, so nothing was stored.\n",
    )  # fmt: skip
    assert open_and_paid(app)[1] == 0


def test_one_statement_of_a_file_that_does_not_add_up_keeps_all_of_them_out(
    app: Flask, portal: Callable[[bytes], Result]
) -> None:
    good = camt_statement(Paid(125_000, text="2026/7771"), number="1")
    bad = camt_statement(Paid(100), number="2", closing=7)
    done = portal(camt_of(good, bad))
    assert done.exit_code == 1
    assert "Statement 2 does not add up" in done.output
    assert open_and_paid(app) == (125_000, 0)


@pytest.fixture
def portal_with(run: Callable[..., Result], voltwerk: Organisation, tmp_path: Path) -> Callable[..., Result]:
    """The command for a table with this content, with options."""
    file = tmp_path / "bank.csv"

    def take_in(content: str, *options: str) -> Result:
        file.write_text(content)
        return run("import-payments", str(file), "--organisation", voltwerk.public_id, *options)

    return take_in


def test_a_table_of_payments_goes_by_the_name_of_its_file(
    app: Flask, portal_with: Callable[..., Result]
) -> None:
    done = portal_with("Datum;Bedrag;Omschrijving\n5-11-2026;1.250,00;2026/7771\n")
    assert done.output == (
        "Statement bank.csv: 1 new lines, 1 booked, 0 to settle, 0 went out, 0 known before.\n"
    )
    assert open_and_paid(app) == (0, 1)


@pytest.mark.parametrize("currency", ["EUR", "NOK"])
def test_a_table_without_a_currency_is_in_that_of_the_organisation(
    app: Flask, voltwerk: Organisation, portal_with: Callable[..., Result], currency: str
) -> None:
    with app.app_context(), tenancy.everywhere():
        db.session.get_one(Organisation, voltwerk.id).currency = currency
        db.session.commit()
    portal_with("Datum;Bedrag;Omschrijving\n5-11-2026;1.250,00;2026/7771\n")
    assert open_and_paid(app) == ((0, 1) if currency == "EUR" else (125_000, 0))


def test_what_a_table_leaves_open_is_said_by_options(app: Flask, portal_with: Callable[..., Result]) -> None:
    content = "Date,Amount,Description\n03/04/2026,1.250,2026/7771\n"
    asked = portal_with(content)
    assert (asked.exit_code, "(--date-order)" in asked.output) == (1, True)
    asked = portal_with(content, "--date-order", "dmy")
    assert (asked.exit_code, "(--decimal)" in asked.output) == (1, True)
    assert open_and_paid(app) == (125_000, 0)
    assert portal_with(content, "--date-order", "dmy", "--decimal", ",").exit_code == 0
    assert open_and_paid(app) == (0, 1)
