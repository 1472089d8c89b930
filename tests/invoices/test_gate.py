"""The one gate: why no collection message about an invoice may leave."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from core.database import db
from invoices import operations
from invoices.locking import hold_together
from invoices.models import Exemption, Invoice
from invoices.queries import WhyNot, exemptions_in_force, why_not_dun
from tests import factories
from tests.factories import NOW
from tests.invoices.conftest import Books


def answers(books: Books, *invoice_ids: int, lock: bool = False) -> dict[int, WhyNot | None]:
    owner, debtor = books.organisation.id, books.debtor.id
    held = hold_together(organisation_id=owner, debtor_id=debtor, invoice_ids=invoice_ids) if lock else None
    return why_not_dun(
        organisation_id=owner, invoice_ids=invoice_ids, invoices=held.invoices if held else None
    )


def answer(books: Books, invoice: Invoice, *, lock: bool = False) -> WhyNot | None:
    return answers(books, invoice.id, lock=lock)[invoice.id]


@pytest.fixture(params=[False, True], ids=["asked", "asked with a lock"])
def lock(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_about_an_open_invoice_a_message_may_leave(books: Books, lock: bool) -> None:
    assert answer(books, books.invoice(), lock=lock) is None


def test_about_a_paid_one_not(books: Books, lock: bool) -> None:
    invoice = books.invoice()
    books.pay(invoice, invoice.amount)
    assert answer(books, invoice, lock=lock) == WhyNot("settled")


def test_about_a_part_paid_one_it_may(books: Books) -> None:
    invoice = books.invoice()
    books.pay(invoice, invoice.amount - 1)
    assert answer(books, invoice) is None


def test_about_a_withdrawn_one_not(books: Books, lock: bool) -> None:
    invoice = books.invoice()
    operations.withdraw(organisation_id=books.organisation.id, invoice_id=invoice.id, now=NOW)
    assert answer(books, invoice, lock=lock) == WhyNot("withdrawn")


def test_about_an_exempt_one_not_and_it_says_who_asked(books: Books, lock: bool) -> None:
    invoice = books.invoice()
    books.exempt(invoice, asked_by="action:7")
    assert answer(books, invoice, lock=lock) == WhyNot("exempt", "action:7")


def test_an_exemption_of_one_invoice_is_none_of_the_next(books: Books) -> None:
    held, free = books.invoice(), books.invoice()
    books.exempt(held)
    assert answers(books, free.id, held.id) == {free.id: None, held.id: WhyNot("exempt", "action:7")}


def test_two_who_asked_must_both_have_ended(books: Books) -> None:
    invoice = books.invoice()
    books.exempt(invoice, asked_by="action:7")
    books.exempt(invoice, asked_by="action:8")
    books.end("action:7")
    assert answer(books, invoice) == WhyNot("exempt", "action:8")
    books.end("action:8")
    assert answer(books, invoice) is None


@pytest.mark.parametrize(
    ("parts", "is_held"),
    [
        ((125000,), True),
        ((124999,), False),
        ((1,), False),
        ((100000, 25000), True),
        ((100000, 24999), False),
        ((200000,), True),
        ((1, None), True),
    ],
)
def test_parts_hold_it_back_when_together_they_are_all_that_is_open(
    books: Books, parts: tuple[int | None, ...], is_held: bool
) -> None:
    invoice = books.invoice()
    for number, part in enumerate(parts):
        books.exempt(invoice, asked_by=f"action:{number}", amount=part)
    assert (answer(books, invoice) is not None) is is_held


def test_a_part_becomes_all_when_the_rest_is_paid(books: Books) -> None:
    invoice = books.invoice()
    books.exempt(invoice, amount=50000)
    assert answer(books, invoice) is None
    books.pay(invoice, 75000)
    assert answer(books, invoice) == WhyNot("exempt", "action:7")


@pytest.mark.parametrize("days", [1, 30, 400, 4000])
def test_an_exemption_does_not_end_by_ageing(books: Books, days: int) -> None:
    """The gate knows no time: neither the review day nor any jump of the clock opens it."""
    invoice = books.invoice()
    books.exempt(invoice, review_on=date(2026, 11, 27))
    held = db.session.query(Exemption).one()
    later = NOW - timedelta(days=days)
    # As it would stand had it begun so many days ago.
    db.session.execute(update(Exemption).values(started_at=later, review_on=later.date()))
    db.session.expire(held)
    assert answer(books, invoice) == WhyNot("exempt", "action:7")


def test_an_invoice_nobody_knows_may_not_be_written_about(books: Books, lock: bool) -> None:
    assert answers(books, 987654, lock=lock) == {987654: WhyNot("unknown")}


def test_another_organisations_invoice_is_unknown(books: Books) -> None:
    invoice = books.invoice()
    elsewhere = factories.organisation(name="Elders")
    of_another = why_not_dun(organisation_id=elsewhere.id, invoice_ids=(invoice.id,))
    assert of_another == {invoice.id: WhyNot("unknown")}


def test_asked_about_nothing_it_answers_nothing(books: Books, lock: bool) -> None:
    assert answers(books, lock=lock) == {}


def test_what_is_in_force_is_listed_with_its_amount(books: Books) -> None:
    invoice = books.invoice()
    books.exempt(invoice, asked_by="action:1", amount=500)
    books.exempt(invoice, asked_by="action:2")
    books.exempt(invoice, asked_by="action:3")
    books.end("action:3")
    held = exemptions_in_force(organisation_id=books.organisation.id, invoice_ids=(invoice.id,))
    assert held == {invoice.id: [("action:1", 500), ("action:2", None)]}
