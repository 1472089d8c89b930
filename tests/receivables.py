"""A ledger of receivables as systems give them out: the month in front, zeros in front, nobody's address.

One is made up here, so that its journeys are always tried; a public one of 2,466 lies beside some checkouts.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

PUBLIC_FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "accounts-receivable.csv"
HEADER = "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate"
# More customers than the desk writes to before it answers.
ROWS, CUSTOMERS = 420, 105
FIRST_DAY, TERM = date(2024, 1, 2), timedelta(days=30)
LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Receivables:
    """The file, how much is in it, one of its customers, and number, day and amount (in cents) of its first
    invoice."""

    path: Path
    rows: int
    customers: int
    customer: str
    first: tuple[str, date, int]


@pytest.fixture(params=["made up", "public"])
def receivables(request: pytest.FixtureRequest, tmp_path: Path) -> Receivables:
    """The file that is made up, and the public one where it is at hand."""
    if request.param == "made up":
        return _made(tmp_path / "receivables.csv")
    if not PUBLIC_FILE.exists():
        pytest.skip("The public file lies beside some checkouts only.")
    return Receivables(PUBLIC_FILE, 2_466, 100, "0379-NEVHP", ("0000611365", date(2013, 1, 2), 5594))


def _made(path: Path) -> Receivables:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER.split(","), *_rows()])
    return Receivables(path, ROWS, CUSTOMERS, _customer(0), (_number(0), FIRST_DAY, 4005))


def _rows() -> Iterator[list[str]]:
    for number in range(ROWS):
        invoiced = FIRST_DAY + timedelta(days=number * 7 % 600)
        is_settled = number % 3 == 0
        yield [
            "391" if number % 2 else "406",
            _customer(number % CUSTOMERS),
            _number(number),
            _month_first(invoiced),
            _month_first(invoiced + TERM),
            _amount(4_005 + number * 37),
            "Yes" if number % 5 == 0 else "No",
            _month_first(invoiced + timedelta(days=21)) if is_settled else "",
        ]


def _customer(number: int) -> str:
    """Return a customer's number: digits, a few with a zero in front, and letters."""
    letters = (LETTERS[(number * 7 + place * 5) % len(LETTERS)] for place in range(5))
    return f"{(88 + number * 3_571) % 10_000:04d}-{''.join(letters)}"


def _number(number: int) -> str:
    """Return an invoice's number: ten digits, zeros in front of about every tenth."""
    return f"{(611_204 + number * 7_654_321_987) % 10_000_000_000:010d}"


def _month_first(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _amount(cents: int) -> str:
    """Return an amount as a program writes a number: without zeros at its end, or without a point."""
    return f"{cents / 100:.2f}".rstrip("0").rstrip(".")
