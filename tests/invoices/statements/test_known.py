"""Equal lines in two files: the same payment once more, or a second one."""

from invoices.statements.models import BankLine, LineState
from tests.invoices.conftest import Books
from tests.invoices.statements.conftest import Bank
from tests.invoices.statements.made import Paid, camt, camt_of, camt_statement, coda

OGM = "+++090/9337/55493+++"
RENT = Paid(5_000, reference=OGM)


def perhaps(bank: Bank) -> list[tuple[LineState, int]]:
    """The lines that may be known."""
    return [(line.state, line.amount_left) for line in bank.lines if line.may_be_known]


def test_an_equal_payment_in_the_next_statement_of_the_day_waits_for_a_person(
    bank: Bank, books: Books
) -> None:
    invoice = books.invoice(payment_reference=OGM)
    bank.send(camt(RENT, number="1"))
    (second,) = bank.send(camt(RENT, number="2", opening=105_000))
    assert second.lines_known == 0
    assert perhaps(bank) == [(LineState.UNMATCHED, 5_000)]
    assert bank.payments == [(invoice.id, 5_000)]
    bank.settle(bank.lines[1], (invoice, 5_000))
    assert (bank.payments, invoice.amount_open) == ([(invoice.id, 5_000)] * 2, 115_000)


def test_it_does_so_in_coda_and_with_statements_between(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    rent = Paid(5_000, reference="090933755493")
    bank.send(coda(rent, number="001"))
    bank.send(coda(Paid(200), number="002", opening=105_000))
    bank.send(coda(rent, number="003", opening=105_200))
    assert perhaps(bank) == [(LineState.UNMATCHED, 5_000)]


def test_it_does_so_when_the_statement_between_comes_later_or_the_later_one_first(
    bank: Bank, books: Books
) -> None:
    books.invoice(payment_reference=OGM)
    bank.send(camt(RENT, number="3", opening=105_200))
    bank.send(camt(RENT, number="1"))
    assert perhaps(bank) == [(LineState.UNMATCHED, 5_000)]


def test_a_statement_of_more_days_or_of_the_same_ones_brings_nothing_new(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    bank.send(camt(RENT, number="1"))
    bank.send(camt(RENT, number="2", opening=105_000))
    (day,) = bank.send(camt(RENT, RENT, number="D"))
    (again,) = bank.send(camt(RENT, Paid(100, text="x"), number="E"))
    assert (day.lines_known, again.lines_known) == (2, 1)
    assert len(bank.lines) == 3


def test_the_same_statements_once_more_bring_nothing_new(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    first, second = camt_statement(RENT, number="1"), camt_statement(RENT, number="2", opening=105_000)
    bank.send(camt_of(first))
    bank.send(camt_of(second))
    bank.send(camt_of(first, second))
    bank.send(camt_of(second, first))
    assert len(bank.lines) == 2
    assert len(bank.payments) == 1


def test_two_that_came_in_one_file_are_both_known_when_one_comes_alone(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    first, second = camt_statement(RENT, number="1"), camt_statement(RENT, number="2", opening=105_000)
    bank.send(camt_of(first, second))
    (alone,) = bank.send(camt_of(second))
    assert (alone.lines_known, len(bank.lines), len(bank.payments)) == (1, 2, 2)


def test_a_line_that_its_bank_numbers_is_known_wherever_it_stands(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    rent = Paid(5_000, reference=OGM, bank_reference="NL-77")
    bank.send(camt(rent, number="1"))
    (second,) = bank.send(camt(rent, number="2", opening=105_000))
    assert (second.lines_known, len(bank.lines)) == (1, 1)


def test_of_another_account_nothing_is_known(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    bank.send(camt(RENT))
    bank.send(camt(RENT, account="NL02ABNA0123456789"))
    assert len(bank.payments) == 2
    assert perhaps(bank) == []


def test_what_went_out_twice_waits_for_nobody(bank: Bank) -> None:
    bank.send(camt(Paid(-700), number="1"))
    bank.send(camt(Paid(-700), number="2", opening=99_300))
    lines: list[BankLine] = bank.lines
    assert [line.state for line in lines] == [LineState.IGNORED] * 2
