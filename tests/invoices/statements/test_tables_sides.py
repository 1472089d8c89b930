"""In or out: no amount of a table counts as received where its row may say the contrary."""

import pytest

from invoices.statements import table_refusals
from tests.invoices.statements.test_table_refusals import refused
from tests.invoices.statements.test_tables import lines


def amounts(content: str) -> list[int]:
    return [line.amount for line in lines(content)]


@pytest.mark.parametrize(
    ("heading", "out", "came"),
    [
        ("Datum;Bedrag;Af Bij", "Afschrijving", "Bijschrijving"),
        ("Date;Montant;Sens", "Sortie", "Entrée"),
        ("Dato;Beløp;Retning", "Utgående", "Innkommende"),
        ("Datum;Betrag;Soll Haben", "Belastung", "Gutschrift"),
    ],
)
def test_words_of_five_languages_tell_in_from_out(heading: str, out: str, came: str) -> None:
    assert amounts(f"{heading}\n2026-11-05;10,00;{out}\n2026-11-06;11,00;{came}\n") == [-1_000, 1_100]


@pytest.mark.parametrize("heading", ["Af Bij", "Sens", "Retning", "Direction"])
def test_a_word_nobody_knows_is_refused_with_its_row(heading: str) -> None:
    rows = f"Datum;Bedrag;{heading}\n2026-11-05;10,00;Af\n2026-11-06;11,00;Storno\n"
    assert "Storno" in refused(rows, table_refusals.CellRefused)
    refused(f"Datum;Bedrag;{heading}\n2026-11-05;10,00;Storno\n", table_refusals.CellRefused)


def test_a_type_that_says_how_somebody_paid_tells_nothing() -> None:
    assert amounts("Date;Amount;Type\n2026-11-05;10.00;Card\n2026-11-06;11.00;Transfer\n") == [1_000, 1_100]


def test_a_type_that_says_it_for_some_rows_only_is_refused_where_amounts_have_no_sign() -> None:
    rows = "Date;Amount;Type\n2026-11-05;10.00;Debit\n2026-11-06;11.00;Fee\n"
    refused(rows, table_refusals.CellRefused)
    assert amounts(rows.replace("10.00", "-10.00")) == [-1_000, 1_100]


def test_two_columns_of_what_came_in_and_went_out_count_more_than_an_amount_without_a_sign() -> None:
    head = "Datum;Bedrag;Debet;Credit;Omschrijving\n"
    assert amounts(f"{head}2026-11-05;10,00;10,00;;x\n2026-11-06;11,00;;11,00;y\n") == [-1_000, 1_100]
    assert amounts(f"{head}2026-11-05;-10,00;10,00;;x\n2026-11-06;11,00;;11,00;y\n") == [-1_000, 1_100]


@pytest.mark.parametrize(
    "rows",
    [
        "Datum;Bedrag;Debet;Credit\n2026-11-05;10,00;9,00;\n",
        "Datum;Bedrag;Debet;Credit\n2026-11-05;-10,00;;10,00\n",
        "Datum;Bedrag;Credit\n2026-11-05;10,00;\n",
        "Datum;Bedrag;Debet\n2026-11-05;10,00;9,00\n",
    ],
)
def test_columns_that_do_not_say_the_same_are_refused_by_name(rows: str) -> None:
    assert "Bedrag" in refused(rows, table_refusals.AmountsDiffer)


def test_one_column_beside_a_signed_amount_is_read_with_it() -> None:
    assert amounts("Datum;Bedrag;Credit\n2026-11-05;-10,00;\n2026-11-06;11,00;11,00\n") == [-1_000, 1_100]
    assert amounts("Datum;Bedrag;Debet\n2026-11-05;10,00;10,00\n2026-11-06;11,00;\n") == [-1_000, 1_100]
