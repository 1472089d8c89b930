"""Tables of payments that stop too soon, and small files made to take long."""

from time import monotonic

import pytest

from invoices.importing.refusals import FileIsEmpty
from invoices.statements import refusals, table_refusals
from tests.invoices.statements.test_table_refusals import refused
from tests.invoices.statements.test_tables import lines

# Far more than reading a megabyte takes, far less than the square of its signs.
SECONDS = 5
IN_AND_OUT = "Datum;Omschrijving;Bij;Af\n2026-11-05;factuur 1;10,00;\n"


def test_an_empty_last_cell_without_a_line_end_is_whole() -> None:
    assert [line.amount for line in lines(f"{IN_AND_OUT}2026-11-06;factuur 2;11,00;")] == [1_000, 1_100]


def test_an_empty_last_cell_is_not_compared_with_the_amounts_above() -> None:
    rows = f"{IN_AND_OUT}2026-11-06;bank;;4\n2026-11-06;bank;;4,20\n2026-11-06;factuur 2;11,00;"
    assert [line.amount for line in lines(rows)] == [1_000, -400, -420, 1_100]


def test_headings_without_a_line_end_have_no_rows() -> None:
    refused("Vanaf;1-11-2026\nDatum;Bedrag", FileIsEmpty)


def test_the_last_of_two_amounts_is_compared() -> None:
    refused(f"{IN_AND_OUT}2026-11-06;bank;;4,20\n2026-11-06;bank;;4,2", refusals.StatementCutOff)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_headings_alone_are_an_empty_table_in_every_alphabet(encoding: str) -> None:
    refused("Datum;Beløp;Naam\n".encode(encoding), FileIsEmpty)
    refused("Kundenummer;Beløp\n".encode(encoding), refusals.NotAStatement)


@pytest.mark.parametrize("head", ["Omschrijving;Bedrag\n", "Datum;Bedrag\n"])
def test_a_megabyte_of_blanks_below_the_headings_is_soon_refused(head: str) -> None:
    kind = FileIsEmpty if head.startswith("Datum") else refusals.NotAStatement
    begun = monotonic()
    refused(head + f"{' ' * 32_000}\n" * 32, kind)
    assert monotonic() - begun < SECONDS


def test_a_megabyte_of_commas_in_a_last_column_is_soon_refused() -> None:
    row = f"17-11-2026;Q;{',' * 32_000}1\n"
    begun = monotonic()
    content = f"Datum;Naam;Bedrag\n17-11-2026;Q;5,00\n{row * 32}17-11-2026;Q;5,00"
    refused(content, table_refusals.CellRefused)
    assert monotonic() - begun < SECONDS
