"""Tables of payments taken in: booked, known when they come again, and no worse where they overlap."""

import pytest

from invoices.statements.models import IgnoreReason, LineState
from invoices.statements.refusals import StatementKnown
from tests import factories
from tests.invoices.conftest import Books
from tests.invoices.statements.conftest import Bank
from tests.invoices.statements.made import ACCOUNT, PAYER, Paid, camt

OGM = "+++090/9337/55493+++"
HEAD = "Datum;Bedrag;Naam;Tegenrekening;Gestructureerde mededeling;Omschrijving\n"


def table(*paid: Paid) -> bytes:
    """Return a CSV file of these payments."""
    rows = (
        f"{one.on:%d-%m-%Y};{one.amount / 100:.2f};{one.name};{one.iban};{one.reference};{one.text}\n"
        for one in paid
    )
    return (HEAD + "".join(rows)).encode()


def test_what_fits_is_booked_and_the_rest_waits(bank: Bank, books: Books) -> None:
    by_reference = books.invoice(payment_reference=OGM)
    by_number = books.invoice(number="2026/7771", amount=5_000)
    content = table(
        Paid(20_000, reference=OGM), Paid(5_000, text="2026/7771"), Paid(77, text="bedankt"), Paid(-900)
    )
    (statement,) = bank.send(content)
    assert (statement.account, statement.amount_opening, statement.amount_closing) == ("", None, None)
    assert bank.payments == [(by_reference.id, 20_000), (by_number.id, 5_000)]
    assert [line.state for line in bank.lines] == [
        LineState.MATCHED,
        LineState.MATCHED,
        LineState.UNMATCHED,
        LineState.IGNORED,
    ]
    assert bank.lines[3].ignore_reason == IgnoreReason.OUTGOING


def test_a_table_without_an_account_pays_invoices_of_every_creditor(bank: Bank, books: Books) -> None:
    assert factories.creditor(books.organisation, iban="").iban == ""
    invoice = books.invoice(payment_reference=OGM)
    bank.send(table(Paid(20_000, reference=OGM)))
    assert bank.payments == [(invoice.id, 20_000)]


def test_an_amount_in_another_currency_pays_nothing(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    bank.send(f"Dato;Beløp;Valuta;KID\n17.11.2026;200,00;NOK;{OGM}\n".encode())
    assert (bank.payments, bank.lines[0].state) == ([], LineState.UNMATCHED)


def test_money_that_came_back_waits_for_a_person(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    bank.send(
        f"Datum;Bedrag;Gestructureerde mededeling;Reden retour\n17-11-2026;-200,00;{OGM};AC04\n"
        f"17-11-2026;300,00;{OGM};AC04\n".encode()
    )
    assert (bank.payments, [line.state for line in bank.lines]) == ([], [LineState.UNMATCHED] * 2)


def test_the_same_file_is_refused_the_second_time(bank: Bank) -> None:
    bank.send(table(Paid(500)))
    with pytest.raises(StatementKnown):
        bank.send(table(Paid(500)))


def test_of_files_that_overlap_only_new_lines_are_booked(bank: Bank, books: Books) -> None:
    invoice = books.invoice(payment_reference=OGM)
    rent, later = Paid(20_000, reference=OGM), Paid(30_000, reference=OGM)
    bank.send(table(rent))
    (again,) = bank.send(table(rent, later))
    assert (again.lines_known, bank.payments) == (1, [(invoice.id, 20_000), (invoice.id, 30_000)])


def test_a_line_twice_in_one_file_is_two_payments(bank: Bank, books: Books) -> None:
    invoice = books.invoice(payment_reference=OGM)
    rent = Paid(20_000, reference=OGM)
    bank.send(table(rent, rent))
    (again,) = bank.send(table(rent, rent, Paid(1, text="x")))
    assert (again.lines_known, bank.payments) == (2, [(invoice.id, 20_000)] * 2)


def test_a_payment_that_a_statement_brought_may_be_known(bank: Bank, books: Books) -> None:
    invoice = books.invoice(payment_reference=OGM)
    rent = Paid(20_000, reference=OGM)
    bank.send(camt(rent))
    bank.send(table(rent, Paid(30_000, reference=OGM)))
    assert bank.payments == [(invoice.id, 20_000), (invoice.id, 30_000)]
    assert [(line.state, line.may_be_known) for line in bank.lines] == [
        (LineState.MATCHED, False),
        (LineState.UNMATCHED, True),
        (LineState.MATCHED, False),
    ]


def test_so_may_one_that_a_table_brought_before_its_statement(bank: Bank, books: Books) -> None:
    invoice = books.invoice(payment_reference=OGM)
    rent = Paid(20_000, reference=OGM)
    bank.send(table(rent))
    bank.send(camt(rent, rent))
    assert [line.may_be_known for line in bank.lines] == [False, True, False]
    assert bank.payments == [(invoice.id, 20_000)] * 2


def test_one_of_another_account_is_not(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    bank.send(camt(Paid(20_000, reference=OGM), account="NL02ABNA0123456789"))
    head = "Rekening;Tegenrekening;Datum;Bedrag;Gestructureerde mededeling\n"
    bank.send(f"{head}{ACCOUNT};{PAYER};17-11-2026;200,00;{OGM}\n".encode())
    assert [line.may_be_known for line in bank.lines] == [False, False]


@pytest.mark.parametrize("rows", [1, 2])
def test_a_row_whose_only_account_was_read_otherwise_before_waits(
    bank: Bank, books: Books, rows: int
) -> None:
    """Alone in its file an account may be ours, beside another one it is the payer's."""
    books.invoice(payment_reference=OGM)
    head = "Datum;Bedrag;Rekening;Mededeling\n"
    of_sanne = "".join(f"2026-11-0{5 - one};50,00;{PAYER};{OGM}\n" for one in range(rows))
    bank.send((head + of_sanne).encode())
    assert [amount for _, amount in bank.payments] == [5_000] * rows
    bank.send(f"{head}{of_sanne}2026-11-05;7,00;{ACCOUNT};bedankt\n".encode())
    assert [amount for _, amount in bank.payments] == [5_000] * rows
    assert [line.may_be_known for line in bank.lines if line.amount == 5_000] == [False] * rows + [
        True
    ] * rows


def test_a_payers_account_that_counted_as_ours_is_found_again_as_the_payers(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    of_sanne = "".join(f"2026-11-0{day};50,00;{PAYER};{OGM}\n" for day in (4, 5))
    bank.send(f"Datum;Bedrag;Rekening;Mededeling\n{of_sanne}".encode())
    full = "".join(f"2026-11-0{day};50,00;{PAYER};{ACCOUNT};{OGM}\n" for day in (4, 5))
    bank.send(f"Datum;Bedrag;Tegenrekening;Rekening;Mededeling\n{full}".encode())
    assert [amount for _, amount in bank.payments] == [5_000] * 2
    assert [line.may_be_known for line in bank.lines] == [False, False, True, True]


def test_a_second_equal_payment_in_one_table_is_new(bank: Bank, books: Books) -> None:
    books.invoice(payment_reference=OGM)
    twice = Paid(5_000, reference=OGM), Paid(5_000, reference=OGM)
    bank.send(table(*twice))
    assert [amount for _, amount in bank.payments] == [5_000, 5_000]
    bank.send(table(*twice, Paid(77, text="bedankt")))
    assert [amount for _, amount in bank.payments] == [5_000, 5_000]
    assert not any(line.may_be_known for line in bank.lines)
