"""Tables of payments that are not taken in, each with a sentence that names the row and the column."""

from collections.abc import Mapping
from datetime import date

import pytest

from core.refusals import Refusal
from invoices.importing.refusals import FileIsEmpty, QuotesDoNotMatch
from invoices.statements import refusals, table_refusals
from invoices.statements.reading import read_statements

TODAY = date(2026, 11, 18)
HEAD = "Datum;Bedrag;Naam\n"
GOOD = "17-11-2026;12,50;Q\n"


def refused(content: str | bytes, kind: type[Refusal]) -> str:
    """Return the sentence."""
    sent = content.encode() if isinstance(content, str) else content
    with pytest.raises(kind) as found:
        read_statements(sent, today=TODAY, currency="EUR")
    assert "%(" not in str(found.value)
    return str(found.value)


def test_a_table_without_a_date_or_an_amount_says_which_is_missing() -> None:
    assert "date of a payment" in refused("Bedrag;Naam\n1,00;Q\n", table_refusals.NoDateColumn)
    assert "amount of a payment" in refused("Datum;Naam\n17-11-2026;Q\n", table_refusals.NoAmountColumn)


def test_headings_whose_cells_hold_something_else_do_not_count() -> None:
    refused("Datum;Bedrag\nmorgen;1,00\n", table_refusals.NoDateColumn)


def test_headings_alone_have_no_rows() -> None:
    refused("Datum;Bedrag;Naam\n", FileIsEmpty)
    refused(f"{HEAD}17-11-2026;0,00;Q\n", FileIsEmpty)
    refused("Klantnummer;Naam\n", refusals.NotAStatement)


def test_a_list_of_invoices_is_not_taken_for_payments() -> None:
    sentence = refused(
        "Datum;Vervaldatum;Bedrag\n01-11-2026;15-11-2026;5,00\n", table_refusals.InvoicesNotPayments
    )
    assert "a column Vervaldatum" in sentence


def test_two_columns_that_may_be_the_amount_are_both_named() -> None:
    sentence = refused("Datum;Bedrag;Montant\n17-11-2026;5,00;6,00\n", table_refusals.SeveralAmounts)
    assert "Bedrag and Montant" in sentence


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        (
            "soon;5,00;Q",
            table_refusals.CellRefused,
            "Row 3, column Datum: “soon”. This cannot be read as a date",
        ),
        (
            "31-02-2026;5,00;Q",
            table_refusals.CellRefused,
            "Row 3, column Datum: “31-02-2026”. This date does",
        ),
        (
            "17-11-2026;five;Q",
            table_refusals.CellRefused,
            "Row 3, column Bedrag: “five”. This cannot be read",
        ),
        ("17-11-2026;$ 5,00;Q", table_refusals.CellRefused, "The amount is not in EUR"),
        ("17-11-2026;5,005;Q", table_refusals.CellRefused, "more decimals than EUR has"),
        (";5,00;Total", table_refusals.CellMissing, "Row 3: there is nothing in column Datum."),
        ("17-11-2026;;Q", table_refusals.CellMissing, "Row 3: there is nothing in column Bedrag."),
        ("17-11-2026;5,00;Q;loose", table_refusals.CellBeyondHeadings, "Row 3 has more cells"),
        ("19-11-2026;5,00;Q", table_refusals.PaymentInFuture, "Row 3 is booked on 2026-11-19."),
    ],
)
def test_a_row_that_cannot_be_used_is_named(row: str, kind: type[Refusal], words: str) -> None:
    assert words in refused(f"{HEAD}{GOOD}{row}\n{GOOD}", kind)


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        ("Datum;Bij;Af\n17-11-2026;5,00;4,00\n", table_refusals.TwoAmounts, "column Bij and in column Af"),
        ("Datum;Bedrag;Af Bij\n17-11-2026;-5,00;Bij\n", table_refusals.SignContradicts, "in column Af Bij"),
        ("Datum;Bedrag;Af Bij\n17-11-2026;5,00;Bij\n17-11-2026;5,00;\n", table_refusals.CellMissing, "Row 3"),
        ("Datum;Bedrag;Munt\n17-11-2026;5,00;EUR\n17-11-2026;5,00;USD\n", table_refusals.CurrenciesMixed,
         "Row 3 is in USD, the rows above it are in EUR."),
        ("Datum;Bedrag;Munt\n17-11-2026;5,00;EUR\n17-11-2026;5,00;XTS\n", table_refusals.CellRefused, "XTS"),
        ("Datum;Bedrag;KID\n17-11-2026;5,00;1,2E+15\n", table_refusals.CellRefused, "shortened this number"),
    ],
)  # fmt: skip
def test_columns_that_do_not_go_together_are_named(content: str, kind: type[Refusal], words: str) -> None:
    assert words in refused(content, kind)


OPEN: Mapping[str, tuple[str, type[Refusal], str]] = {
    "month": (
        "Date,Amount\n2026-11-05,1.00\n03/04/2026,1.00\n",
        table_refusals.DayOpen,
        "Row 3, column Date",
    ),
    "year": ("Date,Amount\n05.11.26,1.00\n", table_refusals.DayOpen, "Row 2, column Date: “05.11.26”"),
    "cents": (
        "Date,Amount\n2026-11-05,5\n2026-11-05,1.250\n",
        table_refusals.AmountOpen,
        "Row 3, column Amount",
    ),
    "days": ("Date,Amount\n13/11/2026,1\n11/13/2026,1\n", table_refusals.DaysConflict, "“13/11/2026” and"),
    "amounts": ('Date,Amount\n2026-11-05,"1,50"\n2026-11-05,1.50\n', table_refusals.AmountsConflict, "1.50"),
}


@pytest.mark.parametrize("case", OPEN)
def test_what_can_be_read_in_two_ways_is_never_guessed(case: str) -> None:
    content, kind, words = OPEN[case]
    assert words in refused(content, kind)


@pytest.mark.parametrize("cut", ["17-11-2026;12,50", "17-11-2026", "17"])
def test_a_file_that_stops_in_the_middle_of_a_row_is_cut_off(cut: str) -> None:
    refused(f"{HEAD}{GOOD}{cut}", refusals.StatementCutOff)


@pytest.mark.parametrize("cut", ["17-11-2026;12", "17-11-2026;12,", "17-11-2026;12,5"])
def test_a_file_that_stops_in_the_middle_of_an_amount_is_cut_off(cut: str) -> None:
    refused(f"Datum;Bedrag\n17-11-2026;99,00\n{cut}", refusals.StatementCutOff)


def test_a_file_that_stops_inside_quotes_names_the_row() -> None:
    assert "row 3" in refused(f'{HEAD}{GOOD}17-11-2026;12,50;"Q and', QuotesDoNotMatch)


def test_a_last_row_needs_no_line_end() -> None:
    assert read_statements(f"{HEAD}{GOOD.strip()}".encode(), today=TODAY, currency="EUR")
    assert read_statements(b"Datum;Bedrag\n17-11-2026;99,00\n17-11-2026;12,50", today=TODAY, currency="EUR")
