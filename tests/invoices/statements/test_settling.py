"""Lines settled by hand: shared out, laid aside, taken back, by one person at a time."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.database import db
from invoices import operations as invoicing
from invoices.balances import AmountTooHigh
from invoices.statements import operations
from invoices.statements.models import IgnoreReason, LineState
from invoices.statements.queries import LineUnknown
from tests import factories
from tests.factories import NOW
from tests.invoices.conftest import Books
from tests.invoices.statements.conftest import Bank
from tests.invoices.statements.made import Paid, camt


def test_a_line_is_shared_over_invoices(bank: Bank, books: Books) -> None:
    first, second = books.invoice(), books.invoice(amount=2_000)
    bank.send(camt(Paid(5_000)))
    line = bank.settle(bank.lines[0], (first, 1_000), (second, 2_000))
    assert (line.state, line.amount_left) == (LineState.UNMATCHED, 2_000)
    line = bank.settle(line, (first, 2_000))
    assert (line.state, line.amount_left, line.decided_by_id) == (LineState.MATCHED, 0, bank.member.id)
    assert (first.amount_open, second.amount_open) == (122_000, 0)
    assert bank.told == [first.id, second.id, first.id]


def test_nothing_and_too_much_are_refused(bank: Bank, books: Books) -> None:
    invoice = books.invoice(amount=3_000)
    bank.send(camt(Paid(5_000)))
    with pytest.raises(operations.NothingChosen):
        bank.settle(bank.lines[0])
    with pytest.raises(operations.SharedTooMuch):
        bank.settle(bank.lines[0], (invoice, 5_001))
    with pytest.raises(AmountTooHigh):
        bank.settle(bank.lines[0], (invoice, 3_001))
    with pytest.raises(invoicing.AmountNotPositive):
        bank.settle(bank.lines[0], (invoice, -1))


def test_an_invoice_in_another_currency_or_of_others_is_not_paid(bank: Bank, books: Books) -> None:
    elsewhere = factories.organisation(name="Elsewhere")
    theirs = factories.invoice(factories.debtor(elsewhere), factories.creditor(elsewhere))
    bank.send(camt(Paid(5_000)))
    for wrong in (books.invoice(currency="NOK"), theirs, books.invoice(amount_open=0)):
        with pytest.raises(operations.InvoiceNotOpen):
            bank.settle(bank.lines[0], (wrong, 100))
    assert bank.payments == []


def test_a_form_that_is_sent_twice_is_entered_once(bank: Bank, books: Books) -> None:
    invoice = books.invoice()
    bank.send(camt(Paid(5_000)))
    bank.settle(bank.lines[0], (invoice, 2_000), left_before=5_000)
    with pytest.raises(operations.LineMovedOn):
        bank.settle(bank.lines[0], (invoice, 2_000), left_before=5_000)
    assert bank.payments == [(invoice.id, 2_000)]


def test_a_line_is_laid_aside_for_a_reason_and_taken_up_again(bank: Bank, books: Books) -> None:
    invoice = books.invoice()
    bank.send(camt(Paid(5_000)))
    line = bank.ignore(bank.lines[0], IgnoreReason.PAID_BACK)
    assert (line.state, line.ignore_reason) == (LineState.IGNORED, IgnoreReason.PAID_BACK)
    with pytest.raises(operations.LineMovedOn):
        bank.settle(line, (invoice, 5_000))
    line = bank.undo(line)
    assert (line.state, line.ignore_reason, line.amount_left) == (LineState.UNMATCHED, None, 5_000)


def test_what_was_booked_is_taken_back_and_the_invoice_is_open_again(bank: Bank, books: Books) -> None:
    invoice = books.invoice(number="2026/7771", amount=5_000)
    bank.send(camt(Paid(5_000, text="2026/7771")))
    assert invoice.amount_open == 0
    line = bank.undo(bank.lines[0])
    assert (line.state, line.amount_left, invoice.amount_open) == (LineState.UNMATCHED, 5_000, 5_000)
    assert bank.payments == []
    assert bank.settle(line, (invoice, 5_000)).state == LineState.MATCHED


def test_without_a_decision_there_is_nothing_to_take_back(bank: Bank) -> None:
    bank.send(camt(Paid(5_000), Paid(-700)))
    for line in bank.lines:
        with pytest.raises(operations.NothingToUndo):
            bank.undo(line)


def test_a_line_is_taken_back_from_an_invoice_that_was_withdrawn_too(bank: Bank, books: Books) -> None:
    wrong, other = books.invoice(amount=5_000), books.invoice(amount=2_000)
    bank.send(camt(Paid(6_000)))
    line = bank.settle(bank.lines[0], (wrong, 4_000), (other, 2_000))
    invoicing.withdraw(organisation_id=books.organisation.id, invoice_id=wrong.id, now=NOW)
    line = bank.undo(line)
    assert (line.state, line.amount_left, bank.payments) == (LineState.UNMATCHED, 6_000, [])
    assert (wrong.amount_open, wrong.withdrawn_at, other.amount_open) == (0, NOW, 2_000)
    instead = books.invoice(amount=6_000)
    assert bank.settle(line, (instead, 6_000)).state == LineState.MATCHED


def test_a_line_of_another_organisation_is_not_there(bank: Bank) -> None:
    elsewhere = factories.organisation(name="Elsewhere")
    bank.send(camt(Paid(5_000)))
    with pytest.raises(LineUnknown):
        bank.undo(bank.lines[0], organisation_id=elsewhere.id)


@pytest.mark.parametrize(
    "wrong",
    [
        "state = 'matched'",
        "state = 'ignored'",
        "state = 'unmatched', amount_left = 0",
        "amount_left = 5001",
        "amount_left = -1",
        "amount = 0, amount_left = 0",
        "ignore_reason = 'other'",
        "occurrence = 0",
    ],
)
def test_the_database_takes_no_wrong_state_of_a_line(bank: Bank, wrong: str) -> None:
    bank.send(camt(Paid(5_000)))
    with pytest.raises(IntegrityError):
        db.session.execute(text(f"UPDATE bank_lines SET {wrong}"))
