"""How invoices are found that a payment may name: by index, in few statements, before anything is locked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.engine import Connection

from core.database import db
from core.planner import look_at_rows
from invoices.models import Invoice
from invoices.references import key_of, number_key
from invoices.statements import refusals
from invoices.statements.matching import LONGEST_KEY, MOST_KEYS, Incoming
from invoices.statements.prospects import prospects_of
from invoices.statements.queries import KEYS_AT_ONCE, named_in
from invoices.statements.reading import read_statements
from invoices.statements.room import MOST_STATEMENTS
from tests.factories import NOW
from tests.invoices.conftest import Books
from tests.invoices.statements.conftest import Bank
from tests.invoices.statements.made import Paid, camt, camt_of, camt_statement, mt940

TODAY = date(2026, 11, 20)
MANY = 3_000


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are made inside, with their values."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        statements.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def many_invoices(books: Books) -> None:
    """Store open invoices enough for a planner to tell an index from a full scan."""
    rows = [
        {
            "organisation_id": books.organisation.id,
            "public_id": f"i{number:011}",
            "creditor_id": books.creditor.id,
            "debtor_id": books.debtor.id,
            "number": f"2026/{number:06}",
            "payment_reference": f"KL-{number:06}",
            "invoiced_on": TODAY - timedelta(days=60),
            "due_on": TODAY - timedelta(days=30),
            "currency": "EUR",
            "amount": 100,
            "amount_open": 100,
            "amount_settled_elsewhere": 0,
            "description": "",
            "created_at": NOW,
            "updated_at": NOW,
        }
        for number in range(MANY)
    ]
    db.session.execute(insert(Invoice), rows)
    look_at_rows()


def plan_of(statement: str, values: Any) -> str:
    """Return how the database goes about a statement, in its own words."""
    how = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    rows = db.session.connection().exec_driver_sql(f"{how} {statement}", values).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_numbers_and_references_are_found_by_their_indexes_without_a_full_scan(books: Books) -> None:
    many_invoices(books)
    keys = [f"2026{number:06}" for number in range(50)] + ["KL000060"]
    with asked() as statements:
        found = named_in(organisation_id=books.organisation.id, keys=keys)
    assert len(found) == 51
    assert len(statements) == 2
    for (statement, values), index in zip(
        statements, ("ix_invoices_number_key", "ix_invoices_reference_key"), strict=True
    ):
        plan = plan_of(statement, values)
        assert index in plan, plan
        assert "SCAN invoices" not in plan, plan
        assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    "said", ["2026/0451", "000.452-a", "nr_7,#8", "+++090/9337/55493+++", "00", "Straße 9"]
)
def test_the_database_keeps_the_keys_that_payments_are_compared_with(books: Books, said: str) -> None:
    invoice = books.invoice(number=said, payment_reference=said)
    assert invoice.number_key.lower() == number_key(said).lower().replace("ss", "ß")
    assert invoice.reference_key.lower() == key_of(said).lower().replace("ss", "ß")


def test_a_long_file_is_looked_up_in_few_statements(books: Books) -> None:
    paid = [Paid(100, text=f"factuur 2026/{number:06} klant {number:05}") for number in range(500)]
    statements = read_statements(mt940(*paid), today=TODAY, currency="EUR")
    with asked() as made:
        (prospect,) = prospects_of(organisation_id=books.organisation.id, statements=statements)
    keys = {key for one in prospect.incoming.values() for key in one.keys}
    assert len(keys) <= 500 * MOST_KEYS
    assert len(made) == 1 + 2 * -(-len(keys) // KEYS_AT_ONCE)


def test_one_amount_is_looked_up_by_so_many_keys_and_by_its_own_words_first() -> None:
    numbers = [f"2026/{number}" for number in range(1000, 1020)]
    text = " ".join(numbers) + " 7" * 5_000 + "8" * 200
    keys = Incoming(amount=1, currency="EUR", reference="090933755493", text=text).keys
    assert len(keys) == MOST_KEYS
    assert keys[0] == "090933755493"
    assert {key_of(number) for number in numbers} < set(keys)
    assert max(len(key) for key in keys) <= LONGEST_KEY


def test_what_was_paid_since_the_file_was_looked_up_is_not_paid_again(bank: Bank, books: Books) -> None:
    invoice, other = books.invoice(number="2026/501"), books.invoice(number="2026/502")
    content = camt(Paid(125_000, text="2026/501"), Paid(125_000, text="2026/502"))
    found = prospects_of(
        organisation_id=books.organisation.id,
        statements=read_statements(content, today=TODAY, currency="EUR"),
    )
    books.pay(invoice, 125_000)
    bank.send(content, prospects=found)
    assert bank.payments == [(invoice.id, 125_000), (other.id, 125_000)]
    assert [line.state for line in bank.lines] == ["unmatched", "matched"]


def test_a_file_may_have_so_many_statements_and_not_one_more() -> None:
    some = [camt_statement(number=str(number)) for number in range(MOST_STATEMENTS + 1)]
    assert len(read_statements(camt_of(*some[1:]), today=TODAY, currency="EUR")) == MOST_STATEMENTS
    with pytest.raises(refusals.TooManyStatements):
        read_statements(camt_of(*some), today=TODAY, currency="EUR")
