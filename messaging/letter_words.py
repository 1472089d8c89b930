"""The fixed words of a letter in five languages, and how its table writes days and accounts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date
from stdnum import iban as ibans

from messaging.legal_values import Account


@dataclass(frozen=True, slots=True)
class LetterWords:
    """`head` are the columns: invoice, due day, what to state, open amount; `label` stands by the code."""

    locale: str
    head: tuple[str, str, str, str]
    total: str
    pay: str
    label: str
    scan: str
    to_type: str


WORDS: Mapping[str, LetterWords] = MappingProxyType(
    {
        "nl": LetterWords(
            "nl", ("Factuur", "Vervaldag", "Kenmerk bij betaling", "Open"), "Samen",
            "Betaalt u per overschrijving? Zet het kenmerk erbij.", "Betaal of reageer",
            "Scan de code met de camera van uw telefoon.", "Of typ dit adres in uw browser:",
        ),
        "fr": LetterWords(
            "fr", ("Facture", "Échéance", "Référence du paiement", "À payer"), "Total",
            "Vous payez par virement ? Indiquez la référence.", "Payer ou répondre",
            "Scannez le code avec l'appareil photo de votre téléphone.",
            "Ou tapez cette adresse dans votre navigateur :",
        ),
        "de": LetterWords(
            "de", ("Rechnung", "Fällig am", "Verwendungszweck", "Offen"), "Zusammen",
            "Sie überweisen? Geben Sie den Verwendungszweck an.", "Bezahlen oder antworten",
            "Scannen Sie den Code mit der Kamera Ihres Telefons.",
            "Oder geben Sie diese Adresse in Ihren Browser ein:",
        ),
        "en": LetterWords(
            "en_GB", ("Invoice", "Due", "Payment reference", "Open"), "Total",
            "Paying by bank transfer? State the reference.", "Pay or respond",
            "Scan the code with the camera of your phone.", "Or type this address into your browser:",
        ),
        "nb": LetterWords(
            "nb", ("Faktura", "Forfall", "Merk betalingen med", "Ubetalt"), "Til sammen",
            "Betaler du med bankoverføring? Oppgi merkingen.", "Betal eller svar",
            "Skann koden med kameraet på telefonen.", "Eller skriv inn denne adressen i nettleseren:",
        ),
    }
)  # fmt: skip


def day(on: date, *, language: str) -> str:
    """Return the day as the table has it: 25 okt 2026."""
    return str(format_date(on, "d MMM y", locale=WORDS[language].locale))


def account(one: Account) -> str:
    """Return a bank account in one line, the IBAN in groups of four."""
    bic = f"BIC {one.bic}" if one.bic else ""
    return " · ".join(part for part in (one.name, f"IBAN {ibans.format(one.iban)}", bic) if part)


def country(code: str, *, language: str) -> str:
    """Return a country as the last line of an address abroad: in capitals, in the sender's language."""
    return str(Locale.parse(WORDS[language].locale).territories.get(code, code)).upper()
