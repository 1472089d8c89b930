"""What a message adds, in five languages: a line for each kind of amount, and the sum. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from core.law.collecting import ChargeKind
from core.money import Money
from messaging import legal_words, wording
from messaging.charges import Asked


@dataclass(frozen=True, slots=True)
class _Words:
    """`interest` takes a day."""

    open: str
    kinds: Mapping[ChargeKind, str]
    interest: str
    together: str


def _words(
    open_amount: str,
    *,
    fee: str,
    cost: str,
    penalty: str,
    demand: str,
    sum_: str,
    interest: str,
    together: str,
) -> _Words:
    kinds = {
        ChargeKind.REMINDER_FEE: fee,
        ChargeKind.COLLECTION_COST: cost,
        ChargeKind.PENALTY: penalty,
        ChargeKind.DEMAND_FEE: demand,
        ChargeKind.RECOVERY_SUM: sum_,
    }
    return _Words(open_amount, MappingProxyType(kinds), interest, together)


_WORDS: Mapping[str, _Words] = MappingProxyType(
    {
        "nl": _words(
            "Open op de facturen",
            fee="Herinneringskosten",
            cost="Incassokosten",
            penalty="Vergoeding volgens de voorwaarden",
            demand="Kosten van het betalingsverzoek",
            sum_="Vaste vergoeding voor te late betaling",
            interest="Rente tot en met {day}",
            together="Samen te betalen",
        ),
        "fr": _words(
            "Reste à payer sur les factures",
            fee="Frais de rappel",
            cost="Frais de recouvrement",
            penalty="Indemnité prévue par les conditions",
            demand="Frais de la demande de paiement",
            sum_="Indemnité forfaitaire pour retard de paiement",
            interest="Intérêts jusqu'au {day} inclus",
            together="Total à payer",
        ),
        "de": _words(
            "Offen auf den Rechnungen",
            fee="Mahngebühr",
            cost="Inkassokosten",
            penalty="Entschädigung nach den Geschäftsbedingungen",
            demand="Gebühr für die Zahlungsaufforderung",
            sum_="Pauschale für verspätete Zahlung",
            interest="Zinsen bis einschließlich {day}",
            together="Zusammen zu zahlen",
        ),
        "en": _words(
            "Open on the invoices",
            fee="Reminder fee",
            cost="Collection costs",
            penalty="Compensation under the terms",
            demand="Fee of the payment demand",
            sum_="Fixed sum for late payment",
            interest="Interest up to and including {day}",
            together="Together to pay",
        ),
        "nb": _words(
            "Ubetalt på fakturaene",
            fee="Purregebyr",
            cost="Inkassokostnader",
            penalty="Erstatning etter vilkårene",
            demand="Gebyr for betalingsoppfordring",
            sum_="Standardkompensasjon for sen betaling",
            interest="Renter til og med {day}",
            together="Til sammen å betale",
        ),
    }
)


def told(*, owed: Sequence[Money], asked: Sequence[Asked], language: str) -> str:
    """Return the lines of each currency in which something is asked for beside the invoices."""
    return "\n\n".join(
        "\n".join(_lines(currency, owed, asked, language))
        for currency in dict.fromkeys(one.currency for one in asked)
    )


def _lines(currency: str, owed: Sequence[Money], asked: Sequence[Asked], language: str) -> list[str]:
    words = _WORDS[language]
    left = sum(one.minor for one in owed if one.currency == currency)
    mine = [one for one in asked if one.currency == currency]
    sums = [(words.open, left)]
    for kind, has_vat in product(ChargeKind, (False, True)):
        alike = [one for one in mine if one.kind is kind and one.includes_vat is has_vat]
        if alike:
            last = wording.day(max(one.until_on for one in alike), language=language, short=False)
            name = words.interest.format(day=last) if kind is ChargeKind.INTEREST else words.kinds[kind]
            said = legal_words.with_vat(name, language=language) if has_vat else name
            sums.append((said, sum(one.amount for one in alike)))
    sums.append((words.together, left + sum(one.amount for one in mine)))
    # French sets a space before the colon, at which no line may break.
    colon = "\u00a0:" if language == "fr" else ":"
    return [
        f"{name}{colon} {legal_words.money(Money(minor, currency), language=language)}"
        for name, minor in sums
    ]
