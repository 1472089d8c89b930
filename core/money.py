"""Money: whole minor units and an ISO 4217 code in the database, Decimal in rules and on pages."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

DECIMALS = {
    "JPY": 0,
    "ISK": 0,
    "KRW": 0,
    "CLP": 0,
    "VND": 0,
    "BHD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}
CURRENCIES = frozenset(
    "EUR NOK SEK DKK GBP CHF USD CAD AUD NZD PLN CZK HUF RON "
    "BGN ISK JPY TRY ZAR INR CNY HKD SGD AED MAD TND".split()
)


def decimals_of(currency: str) -> int:
    """Return how many decimals the currency has: 2, but for the few of ISO 4217 that have 0 or 3."""
    return DECIMALS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (cents) of one currency."""

    minor: int
    currency: str

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-decimals_of(self.currency))

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        """Return money from major units, rounded half up to the currency's decimals."""
        scaled = amount.scaleb(decimals_of(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(int(scaled), currency)

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError("Amounts of two currencies do not add up.")
        return Money(self.minor + other.minor, self.currency)
