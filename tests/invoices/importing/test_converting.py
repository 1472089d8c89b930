"""Rows of text into typed values, and what is said about those that cannot be."""

import time
from datetime import date
from pathlib import Path

import pytest

from invoices.importing.amounts import DecimalSign
from invoices.importing.column_kinds import Formats, Value
from invoices.importing.compiling import FixedValueRefused, compile_conversion
from invoices.importing.contacts import Phone
from invoices.importing.dates import DateOrder
from invoices.importing.files import open_table
from invoices.importing.kinds import FileKind
from invoices.importing.matching import ColumnsMissing, Matching
from invoices.importing.problems import Problems, in_english
from invoices.importing.tables import DESK_LIMITS
from tests.invoices.importing.made_files import HEADER, LINE, matched, opened, workbook, written

FORMATS = Formats(DateOrder.DMY, DecimalSign.COMMA, country="NL", currency="EUR")
NOT_BETWEEN = "The open amount is not between zero and the amount."
NOT_ADDING_UP = "The paid amount and the open amount do not add up to the amount."
NEGATIVE = "An invoice cannot have a negative amount. Is it a credit note?"
CREDITS_WHAT = "Which invoice does this credit note belong to? Fill in its number."
SHORTENED = "The spreadsheet shortened this number. Format the column as text and fill it in again."
WHICH_COUNTRY = "We do not know this country. Use its name or its two letters, such as BE."
SIMPLE = "Klantnummer;Factuurnummer;Factuurdatum;Vervaldatum;"


def converted(
    folder: Path, content: str, *, kind: FileKind = FileKind.INVOICES_WITH_DEBTORS, **fixed: str
) -> tuple[list[dict[str, Value]], list[tuple[int, str, str, str]]]:
    """Return the values of good rows, and (row, column, what is wrong, what stands there) of the others."""
    return converted_from(written(folder, content), kind, **fixed)


def converted_from(
    path: Path, kind: FileKind, **fixed: str
) -> tuple[list[dict[str, Value]], list[tuple[int, str, str, str]]]:
    """The same of a file that is there."""
    table = open_table(path=path, limits=DESK_LIMITS)
    guessed = matched(table, kind)
    matching = Matching(kind, guessed.columns, {**guessed.fixed, **fixed})
    conversion = compile_conversion(matching=matching, formats=FORMATS, width=len(table.header))
    problems = Problems()
    rows = [
        dict(zip(conversion.identifiers, values, strict=True))
        for _, values in conversion.rows(table.rows(), problems)
    ]
    return rows, [(it.row, it.column, in_english(it.sentence, it.values), it.found) for it in problems.kept]


def test_a_row_becomes_typed_values(tmp_path: Path) -> None:
    rows, wrong = converted(tmp_path, f"{HEADER}\n{LINE}\n")
    assert wrong == []
    assert rows == [
        {
            "customer_number": "20418",
            "name": "Bakkerij De Vlijt",
            "invoice_number": "2026/098",
            "invoiced_on": date(2026, 8, 14),
            "due_on": date(2026, 9, 13),
            "amount": 348000,
            "amount_open": 348000,
            "document": "invoice",
            "creditor": "Voltwerk",
            "currency": "EUR",
        }
    ]


def test_debtors_come_with_all_their_fields(tmp_path: Path) -> None:
    content = (
        "Klantnr;Bedrijf?;Bedrijfsnaam;Tav;KBO;BTW;Straat;Huisnummer;Postcode;Stad;Land;Taal;E-mail;Gsm;Telefoon\n"
        "00042;ja;De Vlijt;An Maes;0403.019.261;BE0403.019.261;Kade;12 bus 3;9000;Gent;België;NL-be;"
        "Info@DeVlijt.example;0475/00.00.00;012/00.00.00\n"
    )
    rows, wrong = converted(tmp_path, content, kind=FileKind.DEBTORS)
    assert wrong == []
    assert rows[0] == {
        "customer_number": "00042", "kind": "company", "company_name": "De Vlijt", "attention_of": "An Maes",
        "register_number": "0403019261", "vat_number": "BE0403019261", "street": "Kade",
        "house_number": "12 bus 3", "postcode": "9000", "city": "Gent", "country": "BE", "language": "nl",
        "email": "Info@devlijt.example",
        "mobile": Phone("+32475000000", takes_sms=True), "phone": Phone("+3212000000", takes_sms=False),
    }  # fmt: skip


def test_a_telephone_number_is_read_in_the_country_of_its_row(tmp_path: Path) -> None:
    content = "Klantnr;Land;Gsm\n1;BE;0475/00.00.00\n2;;06 1234 5678\n3;Norge;400 00 000\n"
    rows, wrong = converted(tmp_path, content, kind=FileKind.DEBTORS)
    assert wrong == []
    numbers = ("+32475000000", "+31612345678", "+4740000000")
    assert [row["mobile"] for row in rows] == [Phone(number, takes_sms=True) for number in numbers]
    assert rows[1]["country"] is None


def test_an_amount_is_read_in_the_currency_of_its_row(tmp_path: Path) -> None:
    content = f"{SIMPLE}Bedrag;Valuta\n1;a1;1-1-2026;2-1-2026;5,00;EUR\n1;b1;1-1-2026;2-1-2026;500;JPY\n"
    rows, wrong = converted(tmp_path, content)
    assert wrong == []
    assert [(row["amount"], row["currency"]) for row in rows] == [(500, "EUR"), (500, "JPY")]


def test_fixed_values_count_for_every_row_and_for_what_depends_on_them(tmp_path: Path) -> None:
    rows, _ = converted(
        tmp_path,
        "Klantnr;Gsm\n1;0475/00.00.00\n2;\n",
        kind=FileKind.DEBTORS,
        country="België",
        language="Frans",
    )
    assert [(row["country"], row["language"]) for row in rows] == [("BE", "fr"), ("BE", "fr")]
    assert rows[0]["mobile"] == Phone("+32475000000", takes_sms=True)


def test_a_fixed_value_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixedValueRefused) as refused:
        converted(tmp_path, "Klantnr;Gsm\n1;\n", kind=FileKind.DEBTORS, country="Atlantis")
    assert str(refused.value) == "Atlantis cannot be used for Country."


def test_a_matching_that_lacks_something_is_not_compiled() -> None:
    with pytest.raises(ColumnsMissing):
        compile_conversion(matching=Matching(FileKind.DEBTORS, {0: "city"}), formats=FORMATS, width=1)


def test_every_wrong_cell_of_a_row_is_said_with_its_row_column_and_text(tmp_path: Path) -> None:
    header = f"{HEADER};E-mail;Land;Mobiel\n"
    good = f"{LINE};a@b.example;NL;\n"
    bad = "20419;Jan;1,23E+11;31-02-2026;5-11-26;1.25,00;geen;Atlantis;06\n"
    rows, wrong = converted(tmp_path, header + good + "\n" + bad + good)
    assert len(rows) == 2
    assert wrong == [
        (4, "Country", WHICH_COUNTRY, "Atlantis"),
        (4, "E-mail address", "This is not an e-mail address.", "geen"),
        (4, "Invoice number", SHORTENED, "1,23E+11"),
        (4, "Invoice date", "This date does not exist.", "31-02-2026"),
        (4, "Due date", "The year has two digits. Write it with four.", "5-11-26"),
        (4, "Amount", "This cannot be read as an amount.", "1.25,00"),
    ]  # fmt: skip


def test_blank_cells_are_nothing_or_missing(tmp_path: Path) -> None:
    rows, wrong = converted(
        tmp_path, f"{HEADER};E-mail\n1;Jan;;5-1-2026; ;5,00;  \n1;Jan;a1;5-1-2026;5-1-2026;5,00;\u00a0\n"
    )
    assert wrong == [(2, "Invoice number", "This is missing.", ""), (2, "Due date", "This is missing.", " ")]
    assert rows[0]["email"] is None


def test_text_beyond_the_header_is_said(tmp_path: Path) -> None:
    rows, wrong = converted(tmp_path, f"{HEADER}\n{LINE};;\n{LINE};loose\n")
    assert len(rows) == 1
    assert [(row, found) for row, _, _, found in wrong] == [(3, "loose")]


@pytest.mark.parametrize(
    ("header", "cells", "amount", "still_open"),
    [
        ("Bedrag", "100,00", 10000, 10000),
        ("Openstaand", "40,00", 4000, 4000),
        ("Bedrag;Openstaand", "100,00;40,00", 10000, 4000),
        ("Bedrag;Openstaand", "100,00;", 10000, 10000),
        ("Bedrag;Openstaand", ";40,00", 4000, 4000),
        ("Bedrag;Openstaand", "100,00;0", 10000, 0),
        ("Bedrag;Betaald", "100,00;60,00", 10000, 4000),
        ("Bedrag;Betaald", "100,00;100,00", 10000, 0),
        ("Openstaand;Betaald", "40,00;60,00", 10000, 4000),
        ("Bedrag;Openstaand;Betaald", "100,00;40,00;60,00", 10000, 4000),
    ],
)
def test_what_is_open_follows_from_what_is_given(
    tmp_path: Path, header: str, cells: str, amount: int, still_open: int
) -> None:
    rows, wrong = converted(tmp_path, f"{SIMPLE}{header}\n1;a1;1-1-2026;2-1-2026;{cells}\n")
    assert wrong == []
    assert (rows[0]["amount"], rows[0]["amount_open"]) == (amount, still_open)


@pytest.mark.parametrize(
    ("header", "cells", "column", "sentence"),
    [
        ("Bedrag", "0,00", "Amount", "The amount is zero."),
        ("Bedrag;Openstaand", ";", "Amount", "The amount is missing."),
        ("Bedrag;Type", "-5,00;factuur", "Amount", NEGATIVE),
        ("Bedrag;Openstaand", "5,00;5,01", "Open amount", NOT_BETWEEN),
        ("Bedrag;Openstaand", "5,00;-0,01", "Open amount", NOT_BETWEEN),
        ("Bedrag;Betaald", "5,00;5,01", "Open amount", NOT_BETWEEN),
        ("Bedrag;Betaald", "5,00;-1,00", "Paid amount", NOT_ADDING_UP),
        ("Bedrag;Openstaand;Betaald", "5,00;4,00;2,00", "Paid amount", NOT_ADDING_UP),
        ("Bedrag", "-5,00", "Invoice that is credited", CREDITS_WHAT),
    ],
)  # fmt: skip
def test_amounts_that_do_not_go_together_are_refused(
    tmp_path: Path, header: str, cells: str, column: str, sentence: str
) -> None:
    rows, wrong = converted(tmp_path, f"{SIMPLE}{header}\n1;a1;1-1-2026;2-1-2026;{cells}\n")
    assert rows == []
    assert [(said_column, said) for _, said_column, said, _ in wrong] == [(column, sentence)]


@pytest.mark.parametrize("cells", ["-5,00;;x1", "5,00;credit;x1", "-5,00;credit;x1"])
def test_a_credit_note_is_above_zero_and_says_what_it_credits(tmp_path: Path, cells: str) -> None:
    header = f"{SIMPLE}Bedrag;Type;Oorspronkelijke factuur\n"
    rows, wrong = converted(
        tmp_path, f"{header}1;c1;1-1-2026;2-1-2026;{cells}\n1;f1;1-1-2026;2-1-2026;1,00;factuur;\n"
    )
    assert wrong == []
    assert (rows[0]["document"], rows[0]["amount"], rows[0]["credited_number"]) == ("credit_note", 500, "x1")
    assert rows[1]["document"] == "invoice"


def test_an_invoice_is_due_on_its_date_or_later(tmp_path: Path) -> None:
    line = "1;a1;2-1-2026;{}-1-2026;5,00\n"
    rows, wrong = converted(tmp_path, f"{SIMPLE}Bedrag\n{line.format(2)}{line.format(1)}")
    assert len(rows) == 1
    assert wrong == [(3, "Due date", "The due date is before the invoice date.", "1-1-2026")]


@pytest.mark.parametrize("made", ["csv", "xlsx"])
def test_a_year_that_stands_for_never_is_refused_from_text_and_from_a_date_cell(
    tmp_path: Path, made: str
) -> None:
    cells: list[list[object]] = [
        [*(SIMPLE + "Bedrag").split(";")],
        ["1", "2026/098", date(2026, 8, 14), date(2026, 9, 13), "10,00"],
        ["1", "2026/099", date(2026, 8, 14), date(9999, 12, 31), "10,00"],
    ]
    text = "\n".join(";".join(map(str, row)) for row in cells)
    path = written(tmp_path, text) if made == "csv" else workbook(tmp_path, cells)
    rows, wrong = converted_from(path, FileKind.INVOICES)
    assert [row["due_on"] for row in rows] == [date(2026, 9, 13)]
    assert wrong == [(3, "Due date", "The year is not between 1970 and 2099.", "9999-12-31")]


def test_somebody_must_owe(tmp_path: Path) -> None:
    rest = ";5-1-2026;5-1-2026;5,00\n"
    rows, wrong = converted(tmp_path, f"{HEADER}\n;Jan;a1{rest}7;;b1{rest};;c1{rest}")
    assert len(rows) == 2
    assert wrong == [(4, "Debtor name", "Who owes this? Fill in a customer number or a name.", "")]


def test_a_column_that_depends_on_a_wrong_one_is_not_judged(tmp_path: Path) -> None:
    _, wrong = converted(
        tmp_path,
        f"{SIMPLE}Bedrag;Valuta\n1;a1;1-1-2026;2-1-2026;5,001;XXX\n1;b1;1-1-2026;2-1-2026;5,00;EUR\n",
    )
    assert [column for _, column, _, _ in wrong] == ["Currency"]


def test_many_rows_are_converted_in_a_second_or_two(tmp_path: Path) -> None:
    lines = "".join(
        f"VW;{row // 5:06d};2026/{row:07d};{row % 28 + 1:02d}-11-2026;1-12-2026;{row},{row % 100:02d};EUR;\n"
        for row in range(30_000)
    )
    table = opened(
        tmp_path,
        f"Crediteur;Klantnummer;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag;Valuta;Betreft\n{lines}",
    )
    matching = matched(table, FileKind.INVOICES)
    conversion = compile_conversion(matching=matching, formats=FORMATS, width=len(table.header))
    problems = Problems()
    before = time.process_time()
    assert sum(1 for _ in conversion.rows(table.rows(), problems)) == 29_999
    assert time.process_time() - before < 3
    assert [it.sentence for it in problems.kept] == ["The amount is zero."]
