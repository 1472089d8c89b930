"""Values that stand for one of a few: countries, languages, currencies, who a debtor is, which document."""

from collections.abc import Mapping
from functools import cache

from babel import Locale

from core.money import CURRENCIES
from core.refusals import N_, Refusal
from invoices.importing.spellings import plain

LANGUAGES = ("nl", "fr", "de", "en", "nb")
PERSON, COMPANY = "person", "company"
INVOICE, CREDIT_NOTE = "invoice", "credit_note"


class CountryUnknown(Refusal):
    """Neither a name in our languages nor a code of ISO 3166-1."""

    sentence = N_("We do not know this country. Use its name or its two letters, such as BE.")


class LanguageUnknown(Refusal):
    """Not one of the languages messages are written in."""

    sentence = N_("This is not one of our languages: nl, fr, de, en, nb.")


class CurrencyUnknown(Refusal):
    """Not a code we keep accounts in."""

    sentence = N_("We do not know this currency. Use its three letters, such as EUR.")


class KindUnknown(Refusal):
    """Neither person nor company."""

    sentence = N_("This says neither person nor company.")


class DocumentUnknown(Refusal):
    """Neither invoice nor credit note."""

    sentence = N_("This says neither invoice nor credit note.")


_LONG_CODES = {
    "NLD": "NL", "BEL": "BE", "DEU": "DE", "FRA": "FR", "NOR": "NO", "LUX": "LU", "GBR": "GB", "SWE": "SE",
    "DNK": "DK", "AUT": "AT", "CHE": "CH", "ESP": "ES", "ITA": "IT", "IRL": "IE", "POL": "PL", "USA": "US",
}  # fmt: skip
_SHORT_CODES = {
    "D": "DE", "F": "FR", "B": "BE", "N": "NO", "L": "LU", "UK": "GB", "Holland": "NL", "Great Britain": "GB",
    "England": "GB", "The Netherlands": "NL", "Les Pays-Bas": "NL",
}  # fmt: skip
_LANGUAGE_WORDS = {
    "nl": "nl nld dut vlaams flamand n",
    "fr": "fr fra fre f",
    "de": "de deu ger d",
    "en": "en eng e",
    "nb": "nb no nn nob nor norsk bokmal norwegian noors norvegien norwegisch",
}
_CURRENCY_SIGNS = {"€": "EUR", "£": "GBP", "EURO": "EUR", "EUROS": "EUR"}
_KIND_WORDS = {
    PERSON: """p person persoon particulier privat privatperson privatpersoon natuurlijkpersoon personne
        prive consument consumer consommateur verbraucher forbruker b2c private individual nee no
        non nein nei false""",
    COMPANY: """b c company bedrijf business zakelijk firma onderneming entreprise societe professionnel
        unternehmen geschaftlich gewerblich bedrift foretak naering naeringsdrivende selskap
        organisatie organisation organisasjon b2b rechtspersoon ja yes oui true""",
}
_DOCUMENT_WORDS = {
    INVOICE: "invoice factuur facture rechnung faktura fa f inv i re rg verkoopfactuur 380 debet debit",
    CREDIT_NOTE: """creditnote creditnota credit creditfactuur cn cr c notedecredit avoir gutschrift
        kreditnota kreditt kredit stornorechnung 381 g""",
}


def country_code(text: str) -> str:
    """Return the two letters of ISO 3166-1; names in our languages are known. Refuses `CountryUnknown`."""
    try:
        return _countries()[plain(text)]
    except KeyError:
        raise CountryUnknown from None


def language_code(text: str) -> str:
    """Return nl, fr, de, en or nb for "NL", "nl-BE", "fr_FR", "Nederlands". Refuses `LanguageUnknown`."""
    word = plain(text)
    region_free = plain(text.strip().replace("_", "-").partition("-")[0])
    known = _languages()
    if found := known.get(word) or (known.get(region_free) if len(region_free) <= 3 else None):
        return found
    raise LanguageUnknown


def currency_code(text: str) -> str:
    """Return the code of ISO 4217, one of `core.money.CURRENCIES`. Refuses `CurrencyUnknown`."""
    code = text.strip().upper()
    code = _CURRENCY_SIGNS.get(code, code)
    if code not in CURRENCIES:
        raise CurrencyUnknown
    return code


def debtor_kind(text: str) -> str:
    """Return "person" or "company", also from yes or no to "company?". Refuses `KindUnknown`."""
    return _one_of(_KIND_WORDS, text, KindUnknown)


def document_kind(text: str) -> str:
    """Return "invoice" or "credit_note"; 380, 381: codes of UNTDID 1001. Refuses `DocumentUnknown`."""
    return _one_of(_DOCUMENT_WORDS, text, DocumentUnknown)


def _one_of(words: Mapping[str, str], text: str, refusal: type[Refusal]) -> str:
    word = plain(text)
    for value, known in words.items():
        if word in known.split():
            return value
    raise refusal


@cache
def _countries() -> Mapping[str, str]:
    known: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                known[plain(name)] = known[plain(code)] = code
    # ZZ stands for an unknown region, EU, EZ and UN for no country, XA and XB for tests.
    known = {word: code for word, code in known.items() if code not in ("ZZ", "EU", "EZ", "UN", "XA", "XB")}
    return known | {plain(word): code for word, code in (_LONG_CODES | _SHORT_CODES).items()}


@cache
def _languages() -> Mapping[str, str]:
    known = {plain(Locale(said_in).languages[code]): code for said_in in LANGUAGES for code in LANGUAGES}
    return known | {word: code for code, words in _LANGUAGE_WORDS.items() for word in words.split()}
