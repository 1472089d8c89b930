"""Which column is which."""

from itertools import combinations
from pathlib import Path

import pytest

from invoices.importing.columns import COLUMNS
from invoices.importing.kinds import NEEDED, FileKind
from invoices.importing.matching import (
    ColumnsMissing,
    ColumnTwice,
    ColumnUnknown,
    Matching,
    columns_of,
    guess_columns,
)
from invoices.importing.spellings import plain
from tests.invoices.importing.made_files import FIXED, HEADER, LINE, matched, opened

BOTH, INVOICES, DEBTORS = FileKind.INVOICES_WITH_DEBTORS, FileKind.INVOICES, FileKind.DEBTORS


def guessed(folder: Path, header: str, *lines: str, kind: FileKind = BOTH) -> dict[str, str]:
    table = opened(folder, "\n".join([header, *(lines or ("1" + ";1" * header.count(";"),))]))
    return {table.header[position]: name for position, name in guess_columns(table=table, kind=kind).items()}


IN_FIVE_LANGUAGES = (
    """Klantnr.;Naam;Straat;Huisnr;Postcode;Plaats;E-mail;Mobiel;Factuurnummer;Factuurdatum;Vervaldatum;\
Openst.
    1;Jan;Kade;1;1011AB;Ede;a@b.example;06 1234 5678;7;5-11-2026;5-12-2026;1,00""",
    """N° client;Nom du client;Rue;Numéro de maison;Code postal;Ville;Courriel;GSM;N° facture;\
Date de facture;Date d'échéance;Solde dû
    1;Anne;Quai;1;1000;Liège;a@b.example;0475/00.00.00;7;5/11/2026;5/12/2026;1,00""",
    """Kunden-Nr.;Kundenname;Straße;Hausnr.;PLZ;Ort;E-Mail;Handy;Rechnungsnr.;Rechnungsdatum;Fällig am;\
Offener Betrag
    1;Karl;Weg;1;10115;Berlin;a@b.example;0170 1234567;7;5.11.2026;5.12.2026;1,00""",
    """customer_id;Full name;Street;House no;Zip;City;Email address;Mobile phone;Invoice #no;Invoice Date;\
Due date;Amount due
    1;Ann;Road;1;AB1;York;a@b.example;+44 7400 123456;7;11/5/2026;12/5/2026;1.00""",
    """Kundenr;Navn;Gate;Husnr;Postnr;Poststed;E-post;Mobil;Fakturanr;Fakturadato;Forfallsdato;\
Utestående beløp
    1;Kari;Gata;1;0150;Oslo;a@b.example;400 00 000;7;05.11.2026;05.12.2026;1,00""",
)


@pytest.mark.parametrize("content", IN_FIVE_LANGUAGES)
def test_headers_are_known_in_each_of_our_languages(tmp_path: Path, content: str) -> None:
    assert list(guessed(tmp_path, *content.splitlines()).values()) == [
        "customer_number", "name", "street", "house_number", "postcode", "city", "email", "mobile",
        "invoice_number", "invoiced_on", "due_on", "amount_open",
    ]  # fmt: skip


def test_values_that_do_not_fit_leave_the_choice_to_a_person(tmp_path: Path) -> None:
    header = "countryCode;E-mail;Bedrag;Factuurdatum;Valuta;Taal"
    assert guessed(tmp_path, header, "391;geen;veel;morgen;???;Klingon") == {}


def test_some_values_that_fit_are_enough(tmp_path: Path) -> None:
    assert guessed(tmp_path, "Land", "NL", "Atlantis", kind=DEBTORS) == {"Land": "country"}


@pytest.mark.parametrize(
    ("values", "column"), [("ja\nnee", "kind"), ("Bakkerij De Vlijt\nKaas", "company_name")]
)
def test_values_decide_between_columns_of_one_name(tmp_path: Path, values: str, column: str) -> None:
    assert (
        guessed(tmp_path, "Klantnummer;Bedrijf", *(f"1;{value}" for value in values.split("\n")))["Bedrijf"]
        == column
    )


@pytest.mark.parametrize(("value", "column"), [("20418", "customer_number"), ("Bakkerij De Vlijt", "name")])
def test_a_customer_is_a_number_or_a_name(tmp_path: Path, value: str, column: str) -> None:
    assert guessed(tmp_path, "Klant;Bedrag", f"{value};1,00")["Klant"] == column


def test_a_unit_behind_a_header_is_overlooked(tmp_path: Path) -> None:
    assert guessed(tmp_path, "Bedrag (EUR);Open amount in EUR;Montant payé [€]") == {
        "Bedrag (EUR)": "amount",
        "Open amount in EUR": "amount_open",
        "Montant payé [€]": "amount_paid",
    }


def test_each_column_is_given_once(tmp_path: Path) -> None:
    assert guessed(tmp_path, "Bedrag;Totaal;Bedrag") == {"Bedrag": "amount"}


def test_unknown_headers_and_columns_of_another_kind_are_left_out(tmp_path: Path) -> None:
    assert guessed(tmp_path, "Klantnummer;Rayon;E-mail;Bedrag", "1;Oost;a@b.example;1,00", kind=INVOICES) == {
        "Klantnummer": "customer_number",
        "Bedrag": "amount",
    }


def test_a_file_that_names_all_it_needs_is_complete(tmp_path: Path) -> None:
    matching = matched(opened(tmp_path, f"{HEADER}\n{LINE}\n"))
    matching.check(width=6)
    assert matching.missing() == ()


def test_what_is_missing_is_said_and_a_fixed_value_fills_it(tmp_path: Path) -> None:
    columns = {0: "customer_number", 1: "invoice_number", 2: "invoiced_on", 3: "due_on", 4: "amount_open"}
    with pytest.raises(ColumnsMissing) as refused:
        Matching(INVOICES, columns).check(width=5)
    assert refused.value.missing == (("creditor",), ("currency",))
    assert str(refused.value) == "Choose a column for: Creditor, Currency."
    Matching(INVOICES, columns, FIXED).check(width=5)
    assert Matching(INVOICES, columns, FIXED | {"creditor": "  "}).missing() == (("creditor",),)


def test_a_column_cannot_be_chosen_twice_nor_beside_a_fixed_value() -> None:
    with pytest.raises(ColumnTwice):
        Matching(DEBTORS, {0: "customer_number", 1: "city", 2: "city"}).check(width=3)
    with pytest.raises(ColumnTwice):
        Matching(DEBTORS, {0: "customer_number", 1: "city"}, {"city": "Ede"}).check(width=3)


@pytest.mark.parametrize("columns", [{0: "password"}, {0: "amount"}, {3: "city"}, {-1: "city"}])
def test_a_column_that_is_not_there_cannot_be_chosen(columns: dict[int, str]) -> None:
    with pytest.raises(ColumnUnknown):
        Matching(DEBTORS, columns | {1: "customer_number"}).check(width=3)


def test_everything_needed_is_a_column_of_its_kind() -> None:
    for kind, groups in NEEDED.items():
        names = {column.identifier for column in columns_of(kind)}
        assert all(names.issuperset(group) for group in groups)


def test_headers_are_shared_only_by_columns_whose_values_differ() -> None:
    shared = {
        (one.identifier, other.identifier)
        for one, other in combinations(COLUMNS.values(), 2)
        if one.headers & other.headers and one.kinds & other.kinds
    }
    assert shared == {("customer_number", "name"), ("kind", "company_name")}


def test_no_header_is_spelled_in_a_way_that_never_matches() -> None:
    assert all(plain(header) == header and header for column in COLUMNS.values() for header in column.headers)
