"""Statements booked: what is sure on invoices, what is not for a person, and nothing twice."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core import tenancy
from core.audit import AuditEvent
from core.database import db
from core.prepared import SideBySide
from invoices.statements.models import BankLine, IgnoreReason, LineState
from invoices.statements.queries import lines_waiting, number_waiting, tallies
from invoices.statements.refusals import StatementKnown
from tests import factories
from tests.factories import NOW
from tests.invoices.conftest import Books
from tests.invoices.statements.conftest import Bank
from tests.invoices.statements.made import PAYER, Paid, camt, camt_of, camt_statement, coda, mt940

OGM = "+++090/9337/55493+++"


def states(bank: Bank) -> list[tuple[str, int]]:
    return [(line.state.value, line.amount_left) for line in bank.lines]


def test_a_payment_by_reference_is_booked_on_its_invoice(bank: Bank, books: Books) -> None:
    invoice = books.invoice(payment_reference=OGM)
    (statement,) = bank.send(coda(Paid(125_000, reference="090933755493")))
    assert bank.payments == [(invoice.id, 125_000)]
    assert (invoice.amount_open, bank.told) == (0, [invoice.id])
    (line,) = bank.lines
    assert (line.state, line.amount_left, line.decided_by_id) == (LineState.MATCHED, 0, None)
    assert (statement.number, statement.amount_closing, statement.lines_known) == ("221", 225_000, 0)


def test_a_number_with_other_separators_is_found_in_the_database(bank: Bank, books: Books) -> None:
    first = books.invoice(number="2026/0451", amount=100)
    second = books.invoice(number="000.45200-A", amount=200)
    bank.send(camt(Paid(100, text="factuur 2026-0451"), Paid(200, text="45200a")))
    assert bank.payments == [(first.id, 100), (second.id, 200)]


def test_a_part_leaves_the_invoice_open_and_too_much_leaves_a_rest(bank: Bank, books: Books) -> None:
    invoice = books.invoice(payment_reference=OGM)
    bank.send(camt(Paid(25_000, reference=OGM), Paid(110_000, reference=OGM), Paid(500, reference=OGM)))
    assert bank.payments == [(invoice.id, 25_000), (invoice.id, 100_000)]
    assert states(bank) == [("matched", 0), ("unmatched", 10_000), ("unmatched", 500)]
    assert invoice.amount_open == 0


def test_what_is_not_sure_is_suggested_and_not_booked(bank: Bank, books: Books) -> None:
    books.invoice(number="2026/1")
    books.invoice(number="2026/7771")
    bank.send(camt(Paid(5_000, text="2026/7771"), Paid(5_000, text="bedankt")))
    assert (bank.payments, bank.told) == ([], [])
    assert states(bank) == [("suggested", 5_000), ("unmatched", 5_000)]
    with tenancy.scope(books.organisation.id):
        waiting = SideBySide(lines=number_waiting()).ask(organisation_id=books.organisation.id)
    assert waiting["lines"]["number"] == 2


def test_an_account_that_paid_before_is_known_the_next_time(bank: Bank, books: Books) -> None:
    first, second = books.invoice(payment_reference=OGM, amount=100), books.invoice(amount=200)
    bank.send(camt(Paid(200, text="huur")))
    assert bank.payments == []
    bank.send(mt940(Paid(100, reference="090933755493")))
    bank.send(camt(Paid(200, text="november"), number="2"))
    assert bank.payments == [(first.id, 100), (second.id, 200)]


def test_money_that_went_out_waits_for_nobody_and_money_that_went_back_does(bank: Bank, books: Books) -> None:
    bank.send(camt(Paid(-700, text="huur"), Paid(-5_000, reversal=True)))
    assert states(bank) == [("ignored", 0), ("unmatched", 0)]
    assert bank.lines[0].ignore_reason == IgnoreReason.OUTGOING


@pytest.mark.parametrize("write", [camt, mt940, coda])
def test_money_of_ours_that_came_back_is_not_booked_by_itself(
    bank: Bank, books: Books, write: Callable[..., bytes]
) -> None:
    invoice = books.invoice(payment_reference=OGM)
    bank.send(write(Paid(125_000, reference="090933755493", reversal=True)))
    assert (bank.payments, bank.told, invoice.amount_open) == ([], [], 125_000)
    assert states(bank) == [("unmatched", 125_000)]
    assert bank.lines[0].is_reversal


def test_the_same_file_twice_is_refused(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    content = camt(Paid(5_000, reference=OGM))
    bank.send(content)
    with pytest.raises(StatementKnown):
        bank.send(content)
    assert len(bank.payments) == 1


def test_a_line_in_two_statements_is_booked_once(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    twins = Paid(5_000, reference=OGM), Paid(5_000, reference=OGM)
    bank.send(camt(*twins))
    (again,) = bank.send(camt(*twins, Paid(300, reference=OGM), number="2"))
    assert [amount for _, amount in bank.payments] == [5_000, 5_000, 300]
    assert again.lines_known == 2
    counted = tallies(organisation_id=books.organisation.id, statement_ids=[again.id])
    assert (counted[again.id].lines, counted[again.id].matched) == (1, 1)


def test_several_statements_of_a_file_are_kept_apart(bank: Bank) -> None:
    first = camt_statement(Paid(100, text="a"), number="1")
    second = camt_statement(Paid(100, text="a"), number="2", opening=100_100)
    taken = bank.send(camt_of(first, second))
    assert [(one.number, one.place) for one in taken] == [("1", 1), ("2", 2)]
    assert [line.occurrence for line in bank.lines] == [1, 2]


def test_on_a_creditors_own_account_only_its_invoices_are_paid(bank: Bank, books: Books) -> None:
    other = factories.creditor(books.organisation, iban="NL02ABNA0123456789")
    theirs = factories.invoice(books.debtor, other, number="2026/500", amount=100)
    mine = books.invoice(number="2026/500", amount=100)
    bank.send(camt(Paid(100, text="2026/500")))
    assert bank.payments == [(mine.id, 100)]
    bank.send(camt(Paid(100, text="2026/500"), account="NL02ABNA0123456789"))
    assert bank.payments == [(mine.id, 100), (theirs.id, 100)]


def test_invoices_of_another_organisation_are_not_paid(bank: Bank, books: Books) -> None:
    elsewhere = factories.organisation(name="Elsewhere")
    theirs = factories.invoice(
        factories.debtor(elsewhere), factories.creditor(elsewhere), payment_reference=OGM, number="2026/500"
    )
    bank.send(camt(Paid(125_000, reference=OGM, text="2026/500")))
    assert (bank.payments, theirs.amount_open) == ([], 125_000)


def test_lines_that_wait_are_listed_the_oldest_first(bank: Bank, books: Books) -> None:
    bank.send(camt(Paid(300, text="a"), Paid(200, text="b", on=NOW.date().replace(day=2))))
    waiting, total = lines_waiting(organisation_id=books.organisation.id)
    assert ([line.remittance for line in waiting], total) == (["b", "a"], 2)
    assert lines_waiting(organisation_id=books.organisation.id, state=LineState.SUGGESTED) == ([], 0)


def test_what_was_taken_in_stands_in_the_trail(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    bank.send(camt(Paid(5_000, reference=OGM), Paid(100)))
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "statement.taken_in")).one()
    assert (event.member_id, event.details["lines"], event.details["matched"]) == (bank.member.id, 2, 1)


def test_the_payer_stands_on_the_line(bank: Bank) -> None:
    bank.send(camt(Paid(100, text="x" * 3_000, name="J van Dijk", end_to_end_id="E" * 35)))
    line = db.session.scalars(select(BankLine)).one()
    assert (line.counterparty_name, line.counterparty_iban) == ("J van Dijk", PAYER)
    assert len(line.remittance) == 2_000
