"""Text cells, numbers that are names, and values that stand for one of a few."""

from datetime import date
from decimal import Decimal

import pytest

from core.refusals import Refusal
from invoices.importing import codes
from invoices.importing.spellings import plain
from invoices.importing.texts import (
    NumberBecameDate,
    NumberShortened,
    RegistrationWrong,
    TextTooLong,
    TextUnreadable,
    number_text,
    plain_text,
    register_number,
    vat_number,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  Bakkerij De Vlijt ", "Bakkerij De Vlijt"),
        ("two\r\nlines", "two lines"),
        ("tab\there", "tab here"),
        ("hard\u00a0blank", "hard blank"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
        ("\u202egnitseretni", "gnitseretni"),
        ("=1+1", "=1+1"),
        ("Ōtsuka 😀", "Ōtsuka 😀"),
        (Decimal("12.5"), "12.5"),
    ],
)
def test_text_is_one_line_without_hidden_signs(cell: str | Decimal, text: str) -> None:
    assert plain_text(40, cell) == text


@pytest.mark.parametrize("cell", ["a\x00b", "a\x1bb", "a\x7fb", "a\x08"])
def test_control_characters_are_refused(cell: str) -> None:
    with pytest.raises(TextUnreadable):
        plain_text(40, cell)


def test_a_text_may_be_as_long_as_its_field_and_not_longer() -> None:
    assert plain_text(5, " vijf5 ") == "vijf5"
    with pytest.raises(TextTooLong):
        plain_text(5, "zes666")


@pytest.mark.parametrize("cell", ["0000611365", "2026/098", "1E5", "E+5", "+++123/4567/89012+++", "A+B"])
def test_numbers_that_are_names_are_kept_as_they_are(cell: str) -> None:
    assert number_text(60, cell) == cell


@pytest.mark.parametrize(
    "cell", ["1.23457E+11", "1,23457E+11", "1E+15", "2.e+7", Decimal("1.23456789012346E+15")]
)
def test_numbers_a_spreadsheet_shortened_are_refused(cell: str | Decimal) -> None:
    with pytest.raises(NumberShortened):
        number_text(60, cell)


def test_a_number_a_spreadsheet_took_for_a_date_is_refused() -> None:
    with pytest.raises(NumberBecameDate):
        number_text(60, date(2026, 11, 1))


@pytest.mark.parametrize(
    ("cell", "country", "number"),
    [
        ("0403.019.261", "BE", "0403019261"),
        ("BE 0403.019.261", "BE", "0403019261"),
        ("988 077 917", "NO", "988077917"),
        ("NO 988077917 MVA", "NO", "988077917"),
        ("552 008 443", "FR", "552008443"),
        ("12345678", "NL", "12345678"),
        ("HRB 12345", "DE", "HRB 12345"),
    ],
)
def test_register_numbers_are_checked_where_they_have_check_digits(
    cell: str, country: str, number: str
) -> None:
    assert register_number(cell, country=country) == number


@pytest.mark.parametrize(
    ("cell", "country"), [("0403.019.262", "BE"), ("988 077 918", "NO"), ("552 008 444", "FR")]
)
def test_a_register_number_with_a_wrong_digit_is_refused(cell: str, country: str) -> None:
    with pytest.raises(RegistrationWrong):
        register_number(cell, country=country)


@pytest.mark.parametrize(
    ("cell", "country", "number"),
    [
        ("BE0403.019.261", "BE", "BE0403019261"),
        ("0403019261", "BE", "BE0403019261"),
        ("NL003660564B01", "BE", "NL003660564B01"),
        ("NO 988 077 917 MVA", "NO", "988077917MVA"),
        ("CHE-123.456.788", "CH", "CHE-123.456.788"),
    ],
)
def test_vat_numbers_of_the_union_and_norway_are_checked(cell: str, country: str, number: str) -> None:
    assert vat_number(cell, country=country) == number


@pytest.mark.parametrize(
    ("cell", "country", "named"),
    [
        ("BE0403019262", "BE", "BE"),
        ("12345", "NL", "NL"),
        ("NL123", "DE", "NL"),
        ("nl123", "", "NL"),
        ("EL123", "GR", "GR"),
        ("MVA", "NO", "NO"),
    ],
)
def test_a_vat_number_with_a_wrong_digit_is_refused_by_its_own_country(
    cell: str, country: str, named: str
) -> None:
    with pytest.raises(RegistrationWrong) as refused:
        vat_number(cell, country=country)
    assert refused.value.values == {"country": named}


@pytest.mark.parametrize(
    ("text", "code"),
    [("BE", "BE"), ("be", "BE"), ("België", "BE"), ("Belgique", "BE"), ("Belgien", "BE"), ("Belgium", "BE"),
     ("Belgia", "BE"),
     ("The Netherlands", "NL"), ("NLD", "NL"), ("UK", "GB"), ("Côte d’Ivoire", "CI"), ("D", "DE")],
)  # fmt: skip
def test_countries_are_known_in_each_of_our_languages(text: str, code: str) -> None:
    assert codes.country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("NL", "nl"), ("nl-BE", "nl"), ("fr_FR", "fr"), ("Nederlands", "nl"), ("français", "fr"), ("Tysk", "de"),
     ("Engels", "en"), ("en-GB", "en"), ("no", "nb"), ("nn", "nb"), ("Norsk", "nb"), ("norsk bokmål", "nb")],
)  # fmt: skip
def test_languages_are_known_in_each_of_our_languages(text: str, code: str) -> None:
    assert codes.language_code(text) == code


@pytest.mark.parametrize(
    ("read", "text", "refusal"),
    [
        (codes.country_code, "391", codes.CountryUnknown),
        (codes.country_code, "Atlantis", codes.CountryUnknown),
        (codes.country_code, "EU", codes.CountryUnknown),
        (codes.language_code, "pl", codes.LanguageUnknown),
        (codes.language_code, "english please", codes.LanguageUnknown),
        (codes.currency_code, "EURO'S", codes.CurrencyUnknown),
        (codes.currency_code, "XXX", codes.CurrencyUnknown),
        (codes.debtor_kind, "misschien", codes.KindUnknown),
        (codes.document_kind, "herinnering", codes.DocumentUnknown),
    ],
)
def test_unknown_codes_are_refused_by_name(read: object, text: str, refusal: type[Refusal]) -> None:
    assert callable(read)
    with pytest.raises(refusal):
        read(text)


def test_kinds_documents_and_currencies_have_many_words() -> None:
    assert {codes.debtor_kind(word) for word in ("B", "Bedrijf", "ja", "Société", "b2b", "Næring")} == {
        "company"
    }
    assert {codes.debtor_kind(word) for word in ("P", "particulier", "nee", "Privé", "Person")} == {"person"}
    assert {codes.document_kind(word) for word in ("Factuur", "380", "Rechnung", "F")} == {"invoice"}
    assert {codes.document_kind(word) for word in ("Credit note", "CN", "381", "Avoir", "Gutschrift")} == {
        "credit_note"
    }
    assert {codes.currency_code(word) for word in ("EUR", "eur", "€", "euro")} == {"EUR"}


@pytest.mark.parametrize("text", ["Factuur-Nr.", "FACTUUR_NR", " factuur nr ", "Factuur/Nr"])
def test_spellings_are_compared_without_case_blanks_and_signs(text: str) -> None:
    assert plain(text) == "factuurnr"


def test_spellings_are_compared_without_accents() -> None:
    assert (plain("Beløp"), plain("Échéance"), plain("Fälligkeit"), plain("Straße"), plain("Språk")) == (
        "belop",
        "echeance",
        "falligkeit",
        "strasse",
        "sprak",
    )
