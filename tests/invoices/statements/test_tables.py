"""Tables of payments as banks and bookkeeping programs write them, read into the lines of a statement.

The headings are those of real exports; no person, account or amount in them is real.
"""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from xlsxwriter import Workbook

from invoices.importing.amounts import DecimalSign
from invoices.importing.dates import DateOrder
from invoices.statements.formats import StatementFormat
from invoices.statements.reading import read_statements
from invoices.statements.refusals import TooManyLines
from invoices.statements.room import MOST_LINES
from invoices.statements.shapes import Line, Statement

TODAY = date(2026, 11, 18)
PAYER, OURS = "NL53INGB0654422370", "NL91ABNA0417164300"
ROW = "05-11-2026;12,50;J van Dijk;Factuur 2026/1001"
PLAIN = f"Datum;Bedrag;Naam;Omschrijving\n{ROW}\n"


def read(content: str | bytes, **chosen: Any) -> list[Statement]:
    sent = content.encode() if isinstance(content, str) else content
    return list(read_statements(sent, today=TODAY, **{"currency": "EUR", **chosen}))


def lines(content: str | bytes, **chosen: Any) -> tuple[Line, ...]:
    (statement,) = read(content, **chosen)
    return statement.lines


def test_a_table_is_a_statement_without_number_balances_or_account() -> None:
    (statement,) = read(PLAIN)
    assert statement == Statement(
        format=StatementFormat.TABLE,
        account="",
        number="",
        currency="EUR",
        opening=None,
        closing=None,
        closed_on=date(2026, 11, 5),
        lines=(
            Line(
                booked_on=date(2026, 11, 5),
                amount=1_250,
                currency="EUR",
                name="J van Dijk",
                remittance="Factuur 2026/1001",
            ),
        ),
    )


EXPORTS = {
    "nl, in or out in a column": (
        '"Datum","Naam / Omschrijving","Rekening","Tegenrekening","Code","Af Bij","Bedrag (EUR)",'
        '"Mutatiesoort","Mededelingen"\n'
        f'"20261105","J van Dijk","{OURS}","{PAYER}","OV","Bij","1.250,00","Overschrijving","2026/1001"\n'
        f'"20261106","De bank","{OURS}","","DV","Af","4,20","Diversen","Kosten"\n'
    ),
    "nl, several descriptions": (
        '"IBAN/BBAN","Munt","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN",'
        '"Naam tegenpartij","Omschrijving-1","Omschrijving-2","Reden retour"\n'
        f'"{OURS}","EUR","000001","2026-11-05","2026-11-05","+1250,00","+9,00","{PAYER}","J van Dijk",'
        '"2026/","1001",""\n'
        f'"{OURS}","EUR","000002","2026-11-06","2026-11-06","-4,20","+4,80","","De bank","Kosten","",""\n'
    ),
    "be, value date called valuta, amount repeated": (
        "Rekeningnummer;Naam;Munt;Datum;Valuta;Bedrag;Saldo;credit;debet;rekeningnummer tegenpartij;"
        "Naam tegenpartij;gestructureerde mededeling;Vrije mededeling\n"
        f"{OURS};VOLTWERK;EUR;05/11/2026;05/11/2026;1250,00;9,00;1250,00;;{PAYER};J van Dijk;;2026/1001\n"
        f"{OURS};VOLTWERK;EUR;06/11/2026;06/11/2026;-4,20;4,80;;-4,20;;De bank;;Kosten\n"
    ),
    "be, with lines above the headings": (
        "Boekingsdatum vanaf;01/11/2026\nBoekingsdatum tot en met;06/11/2026\nLaatste saldo;9,00 EUR\n;\n"
        "Rekening;Boekingsdatum;Transactienummer;Rekening tegenpartij;Naam tegenpartij bevat;Bedrag;Devies;"
        "Mededelingen\n"
        f"{OURS};05/11/2026;1;{PAYER};J van Dijk;1250,00;EUR;2026/1001\n"
        f"{OURS};06/11/2026;2;;De bank;-4,20;EUR;Kosten\n"
    ),
    "fr, debit and credit": (
        "Date;Libellé;Nom de la contrepartie;Compte contrepartie;Débit euros;Crédit euros\n"
        f"05/11/2026;2026/1001;J van Dijk;{PAYER};;1 250,00\n"
        "06/11/2026;Kosten;De bank;;4,20;\n"
    ),
    "de, years of two digits": (
        '"Auftragskonto";"Buchungstag";"Valutadatum";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";'
        '"Kontonummer/IBAN";"Betrag";"Waehrung"\n'
        f'"{OURS}";"05.11.26";"05.11.26";"2026/1001";"J van Dijk";"{PAYER}";"1.250,00";"EUR"\n'
        f'"{OURS}";"06.11.26";"06.11.26";"Kosten";"De bank";"";"-4,20";"EUR"\n'
    ),
    "nb, in and out": (
        "Dato;Beskrivelse;Navn;Fra konto;Inn;Ut\n"
        f"05.11.2026;2026/1001;J van Dijk;{PAYER};1250,00;\n06.11.2026;Kosten;De bank;;;-4,20\n"
    ),
    "en, tabs and points": (
        "Transaction date\tDescription\tCounterparty\tCounterparty IBAN\tDebit/Credit\tAmount\n"
        f"2026-11-05\t2026/1001\tJ van Dijk\t{PAYER}\tCredit\t1,250.00\n"
        "2026-11-06\tKosten\tDe bank\t\tDebit\t4.20\n"
    ),
    "en, bars": (
        "Date|Details|Name|Payer account|Paid in|Paid out\n"
        f"2026-11-05|2026/1001|J van Dijk|{PAYER}|1250.00|\n2026-11-06|Kosten|De bank|||4.20\n"
    ),
}


@pytest.mark.parametrize("export", EXPORTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_exports_of_five_languages_say_the_same(export: str, encoding: str) -> None:
    came, went = lines(EXPORTS[export].encode(encoding))
    assert (came.booked_on, came.amount, came.currency) == (date(2026, 11, 5), 125_000, "EUR")
    assert (came.name, came.iban) == ("J van Dijk", PAYER)
    assert came.remittance.replace(" ", "") == "2026/1001"
    assert (went.booked_on, went.amount, went.name) == (date(2026, 11, 6), -420, "De bank")
    assert not came.is_reversal
    assert not went.is_reversal


@pytest.mark.parametrize("export", [name for name in EXPORTS if OURS in EXPORTS[name]])
def test_the_account_of_ours_is_known_where_the_payers_has_a_column_too(export: str) -> None:
    assert read(EXPORTS[export])[0].account == OURS


def workbook(*rows: tuple[Any, ...]) -> bytes:
    file = BytesIO()
    with Workbook(file, {"default_date_format": "dd-mm-yyyy"}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return file.getvalue()


def test_a_workbook_says_its_own_dates_and_numbers() -> None:
    found = lines(
        workbook(
            ("Date", "Amount", "Name", "Reference"),
            (date(2026, 3, 4), 12.5, "J van Dijk", "2026/1001"),
            (date(2026, 3, 5), 1250, "Q", ""),
        )
    )
    assert [(one.booked_on, one.amount) for one in found] == [
        (date(2026, 3, 4), 1_250),
        (date(2026, 3, 5), 125_000),
    ]


def test_a_structured_reference_has_its_own_place() -> None:
    (line,) = lines("Dato;Beløp;KID\n17.11.2026;50,00;1234567897\n")
    assert (line.reference, line.remittance) == ("1234567897", "")


def test_the_number_of_the_bank_and_the_id_of_the_payer_are_kept() -> None:
    (line,) = lines("Date,Amount,Transaction ID,End to end ID\n2026-11-17,5.00,B-7,NOTPROVIDED\n")
    assert (line.bank_reference, line.end_to_end_id) == ("B-7", "")


def test_money_that_came_back_is_a_reversal_where_a_reason_stands() -> None:
    back, plain = lines("Datum;Bedrag;Reden retour\n17-11-2026;-50,00;AC04\n17-11-2026;-7,00;\n")
    assert (back.amount, back.is_reversal, plain.is_reversal) == (-5_000, True, False)


def test_each_account_of_ours_is_a_statement_of_its_own() -> None:
    head = "Rekening;Tegenrekening;Datum;Bedrag;Munt\n"
    one, other = read(
        f"{head}{OURS};{PAYER};17-11-2026;1,00;EUR\nNO9386011117947;;16-11-2026;2,00;NOK\n"
        f"{OURS};{PAYER};16-11-2026;3,00;EUR\n"
    )
    assert (one.account, one.currency, [line.amount for line in one.lines]) == (OURS, "EUR", [100, 300])
    assert (other.account, other.currency, other.begins_on) == ("NO9386011117947", "NOK", date(2026, 11, 16))


def test_the_only_account_is_the_payers_when_it_differs_and_ours_when_it_does_not() -> None:
    head = "Datum;Bedrag;IBAN\n"
    (differs,) = read(f"{head}17-11-2026;1,00;{PAYER}\n17-11-2026;2,00;BE71096123456769\n")
    assert (differs.account, differs.lines[0].iban) == ("", PAYER)
    (same,) = read(f"{head}17-11-2026;1,00;{OURS}\n17-11-2026;2,00;{OURS}\n")
    assert (same.account, same.lines[0].iban) == (OURS, "")
    (alone,) = read(f"{head}17-11-2026;1,00;{PAYER}\n")
    assert (alone.account, alone.lines[0].iban) == ("", "")


def test_rows_of_nothing_and_of_zero_are_no_payments() -> None:
    (line,) = lines(f"{PLAIN};;;more of the text above\n06-11-2026;0,00;De bank;Rente\n")
    assert line.amount == 1_250


def test_a_type_that_is_no_in_or_out_is_left_alone() -> None:
    (line,) = lines("Date,Amount,Type\n2026-11-17,5.00,Transfer\n")
    assert line.amount == 500


def test_a_currency_is_that_of_the_row_or_of_the_organisation() -> None:
    assert lines("Dato;Beløp;Valuta\n17.11.2026;5,00;NOK\n")[0].currency == "NOK"
    assert lines("Dato;Beløp\n17.11.2026;5,00\n", currency="NOK")[0].currency == "NOK"


def test_days_stand_before_months_where_a_heading_is_not_english() -> None:
    assert lines("Date;Montant\n03/04/2026;5,00\n")[0].booked_on == date(2026, 4, 3)


def test_one_date_tells_for_all_of_them() -> None:
    found = lines("Date,Amount\n03/04/2026,5.00\n03/31/2026,5.00\n")
    assert [one.booked_on for one in found] == [date(2026, 3, 4), date(2026, 3, 31)]


def test_what_a_person_chose_counts() -> None:
    content = "Date,Amount\n03/04/2026,1.250\n"
    (line,) = lines(content, date_order=DateOrder.DMY, decimal_sign=DecimalSign.COMMA)
    assert (line.booked_on, line.amount) == (date(2026, 4, 3), 125_000)


def test_long_texts_are_cut_as_those_of_banks_are() -> None:
    (line,) = lines(f"Datum;Bedrag;Naam;Omschrijving\n17-11-2026;1,00;{'N' * 300};{'t ' * 3_000}\n")
    assert (len(line.name), len(line.remittance)) == (140, 2_000)


def test_a_table_may_have_so_many_lines_and_not_one_more() -> None:
    head, row = "Datum;Bedrag\n", "17-11-2026;1,00\n"
    assert len(lines(head + row * MOST_LINES)) == MOST_LINES
    with pytest.raises(TooManyLines):
        read(head + row * (MOST_LINES + 1))
