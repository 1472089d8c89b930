"""Payments, credit notes, withdrawal and exemptions: what changes, what is refused, what is told."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.audit import AuditEvent
from core.database import db
from core.money import Money
from invoices import balances, operations
from invoices.models import Exemption, Invoice, Payment
from invoices.queries import (
    DebtorUnknown,
    InvoiceUnknown,
    debtor_by_public_id,
    invoice_by_public_id,
    settled_on,
)
from tests import factories
from tests.factories import NOW
from tests.invoices.conftest import Books


def told(books: Books) -> list[str]:
    rows = select(AuditEvent.what).where(AuditEvent.about == "invoice").order_by(AuditEvent.id)
    db.session.flush()
    return list(db.session.scalars(rows))


def credit(
    books: Books, invoice: Invoice, amount: int, number: str = "C-1", credited_on: date = NOW.date()
) -> None:
    operations.record_credit_note(
        organisation_id=books.organisation.id,
        invoice_id=invoice.id,
        number=number,
        amount=amount,
        credited_on=credited_on,
        now=NOW,
        today=NOW.date(),
    )


def test_a_payment_lowers_what_is_open(books: Books) -> None:
    invoice = books.invoice()
    books.pay(invoice, 25000)
    assert invoice.amount_open == 100000
    books.pay(invoice, 100000)
    assert invoice.amount_open == 0
    assert settled_on(organisation_id=books.organisation.id, invoice_id=invoice.id) == (125000, 0)
    assert told(books) == ["payment.recorded", "payment.recorded"]


def test_a_payment_is_told_with_member_amount_and_invoice(books: Books) -> None:
    invoice, agent = books.invoice(), factories.member(books.organisation)
    operations.record_payment(
        organisation_id=books.organisation.id,
        invoice_id=invoice.id,
        amount=25000,
        paid_on=date(2026, 11, 19),
        reference="",
        now=NOW,
        today=NOW.date(),
        member_id=agent.id,
    )
    db.session.flush()
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.member_id, event.debtor_id, event.about_id) == (agent.id, books.debtor.id, invoice.id)
    assert event.details == {
        "invoice": invoice.number, "currency": "EUR", "amount": 25000, "paid_on": "2026-11-19",
    }  # fmt: skip


@pytest.mark.parametrize("amount", [125001, 10**12])
def test_more_than_is_open_is_refused(books: Books, amount: int) -> None:
    invoice = books.invoice()
    with pytest.raises(balances.AmountTooHigh):
        books.pay(invoice, amount)


def test_a_second_payment_that_is_too_much_is_refused(books: Books) -> None:
    invoice = books.invoice()
    books.pay(invoice, 125000)
    with pytest.raises(balances.AmountTooHigh):
        books.pay(invoice, 1)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_no_payment(books: Books, amount: int) -> None:
    invoice = books.invoice()
    with pytest.raises(operations.AmountNotPositive):
        books.pay(invoice, amount)
    with pytest.raises(operations.AmountNotPositive):
        credit(books, invoice, amount)


def test_tomorrows_money_has_not_been_received(books: Books) -> None:
    invoice = books.invoice()
    books.pay(invoice, 100, paid_on=NOW.date())
    with pytest.raises(operations.PaymentInFuture):
        books.pay(invoice, 100, paid_on=NOW.date() + timedelta(days=1))


def test_tomorrows_credit_note_takes_nothing_off(books: Books) -> None:
    invoice = books.invoice()
    credit(books, invoice, 100)
    with pytest.raises(operations.CreditNoteInFuture):
        credit(books, invoice, 100, "C-2", credited_on=NOW.date() + timedelta(days=1))
    assert invoice.amount_open == 124900


def test_who_saw_another_open_amount_enters_nothing(books: Books) -> None:
    invoice = books.invoice()
    with pytest.raises(operations.OpenAmountChanged):
        operations.record_payment(
            organisation_id=books.organisation.id,
            invoice_id=invoice.id,
            amount=100,
            paid_on=NOW.date(),
            reference="",
            now=NOW,
            today=NOW.date(),
            open_before=invoice.amount_open - 1,
        )
    assert db.session.scalars(select(Payment)).all() == []


def test_a_credit_note_counts_like_a_payment_and_once(books: Books) -> None:
    invoice = books.invoice()
    credit(books, invoice, 5000)
    assert invoice.amount_open == 120000
    with pytest.raises(operations.CreditNoteKnown):
        credit(books, invoice, 5000)
    credit(books, books.invoice(), 5000)
    credit(books, invoice, 120000, "C-2")
    assert invoice.amount_open == 0


def test_what_the_creditors_books_settled_counts_too(books: Books) -> None:
    invoice = books.invoice(amount_settled_elsewhere=25000, amount_open=100000)
    books.pay(invoice, 60000)
    assert invoice.amount_open == 40000
    with pytest.raises(balances.AmountTooHigh):
        credit(books, invoice, 40001)


def test_a_withdrawn_invoice_has_nothing_open(books: Books) -> None:
    invoice = books.invoice()
    operations.withdraw(organisation_id=books.organisation.id, invoice_id=invoice.id, now=NOW)
    assert (invoice.amount_open, invoice.withdrawn_at) == (0, NOW)
    assert told(books) == ["invoice.withdrawn"]


def test_on_a_withdrawn_invoice_nothing_is_entered(books: Books) -> None:
    invoice = books.invoice()
    operations.withdraw(organisation_id=books.organisation.id, invoice_id=invoice.id, now=NOW)
    with pytest.raises(operations.InvoiceWithdrawn):
        books.pay(invoice, 100)
    with pytest.raises(operations.InvoiceWithdrawn):
        credit(books, invoice, 100)
    with pytest.raises(operations.InvoiceWithdrawn):
        operations.withdraw(
            organisation_id=books.organisation.id, invoice_id=invoice.id, now=NOW + timedelta(days=1)
        )
    assert invoice.withdrawn_at == NOW
    assert told(books) == ["invoice.withdrawn"]


@pytest.mark.parametrize("foreign", [True, False], ids=["of another organisation", "of nobody"])
def test_an_invoice_that_is_not_ours_is_unknown(books: Books, foreign: bool) -> None:
    elsewhere = factories.organisation(name="Elders")
    invoice_id = books.invoice().id if foreign else 987654
    calls = (
        lambda: operations.withdraw(organisation_id=elsewhere.id, invoice_id=invoice_id, now=NOW),
        lambda: operations.exempt(
            organisation_id=elsewhere.id, invoice_id=invoice_id, asked_by="action:7", reason="x", now=NOW
        ),
        lambda: operations.record_payment(
            organisation_id=elsewhere.id,
            invoice_id=invoice_id,
            amount=1,
            paid_on=NOW.date(),
            reference="",
            now=NOW,
            today=NOW.date(),
        ),
    )
    for call in calls:
        with pytest.raises(InvoiceUnknown):
            call()
    assert db.session.scalars(select(Payment)).all() == []
    assert db.session.scalars(select(Exemption)).all() == []


def test_an_exemption_begins_now_and_names_its_asker(books: Books) -> None:
    exemption = books.exempt(books.invoice(), review_on=date(2026, 12, 4))
    assert (exemption.asked_by, exemption.reason, exemption.amount) == ("action:7", "complaint", None)
    assert (exemption.started_at, exemption.ended_at) == (NOW, None)
    assert exemption.review_on == date(2026, 12, 4)


def test_the_same_asker_again_changes_the_exemption_in_force(books: Books) -> None:
    invoice = books.invoice()
    first = books.exempt(invoice, review_on=date(2026, 12, 4))
    again = books.exempt(invoice, reason="will_pay", amount=500, now=NOW + timedelta(days=1))
    assert again.id == first.id
    assert (again.reason, again.amount, again.review_on) == ("will_pay", 500, None)
    assert again.started_at == NOW
    assert len(db.session.scalars(select(Exemption)).all()) == 1


def test_after_its_end_the_same_asker_gets_a_new_one(books: Books) -> None:
    invoice = books.invoice()
    first = books.exempt(invoice)
    assert books.end("action:7") == 1
    assert (first.ended_at, first.end_reason) == (NOW, "closed")
    assert books.exempt(invoice).id != first.id


def test_ending_ends_all_invoices_of_the_asker_and_nobody_elses(books: Books) -> None:
    one, two = books.invoice(), books.invoice()
    books.exempt(one)
    books.exempt(two)
    other = books.exempt(one, asked_by="action:70")
    assert books.end("action:7") == 2
    assert books.end("action:7") == 0
    assert other.ended_at is None


def test_another_organisation_ends_nothing_of_ours(books: Books) -> None:
    exemption = books.exempt(books.invoice())
    elsewhere = factories.organisation(name="Elders")
    ended = operations.end_exemptions(
        organisation_id=elsewhere.id, asked_by="action:7", end_reason="closed", now=NOW
    )
    assert (ended, exemption.ended_at) == (0, None)


@pytest.mark.parametrize("amount", [0, -5])
def test_a_part_of_nothing_is_no_exemption(books: Books, amount: int) -> None:
    with pytest.raises(operations.AmountNotPositive):
        books.exempt(books.invoice(), amount=amount)


def test_names_in_addresses_find_only_what_is_ours(books: Books) -> None:
    invoice, elsewhere = books.invoice(), factories.organisation(name="Elders")
    ours, theirs = books.organisation.id, elsewhere.id
    assert invoice_by_public_id(organisation_id=ours, public_id=invoice.public_id) is invoice
    assert debtor_by_public_id(organisation_id=ours, public_id=books.debtor.public_id) is books.debtor
    with pytest.raises(InvoiceUnknown):
        invoice_by_public_id(organisation_id=theirs, public_id=invoice.public_id)
    with pytest.raises(DebtorUnknown):
        debtor_by_public_id(organisation_id=theirs, public_id=books.debtor.public_id)


def test_amounts_are_whole_cents(books: Books) -> None:
    invoice = books.invoice(amount=1, amount_open=1)
    books.pay(invoice, 1)
    assert Money(invoice.amount_open, invoice.currency) == Money(0, "EUR")
