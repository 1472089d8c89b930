"""MT940, the statement of SWIFT, by the library mt-940; what banks write into tag 86 is told apart here.

German banks number parts of it (`?20`), which the library reads; Dutch and other banks name them (`/REMI/`).
"""

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import mt940
from mt940.models import Transactions

from invoices.statements.formats import StatementFormat
from invoices.statements.refusals import NotAStatement, StatementBroken, StatementCutOff
from invoices.statements.room import Room
from invoices.statements.shapes import Line, Statement, minor, provided, words

# What the library logs of a tag it cannot read are names and accounts of people.
logging.getLogger("mt940").setLevel(logging.CRITICAL)

OPENINGS = ("final_opening_balance", "intermediate_opening_balance", "opening_balance")
CLOSINGS = ("final_closing_balance", "intermediate_closing_balance", "closing_balance")
# 15d: digits and one comma. What follows on in a number, or says an exponent, is none.
_AMOUNT = r"[0-9]{1,15}(?:,[0-9]{0,5})?(?![0-9.,+-]|E[+-])"
_WITH_AMOUNT = re.compile(r"^:(?P<tag>61|6[0245][FM]?):(?P<said>[^\n]*(?:\n(?!:)[^\n]*)?)", re.MULTILINE)
_ENTRY = re.compile(
    rf"[0-9]{{6}}(?:[0-9]{{4}}|\s{{4}})?R?[DC][A-Z]?[\n ]?{_AMOUNT}", re.IGNORECASE | re.ASCII
)
_BALANCE = re.compile(rf"[DC][0-9]{{6}}[A-Z]{{3}}{_AMOUNT}", re.IGNORECASE | re.ASCII)
# What begins a statement, and a line of it.
_BEGINS = re.compile(r"^:(20|61):", re.MULTILINE)
# A line and what is told of it has some hundred signs; the library adds repeated tags up, one by one.
MOST_OF_A_LINE = 10_000
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_NAMES = (
    "TRTP ORDP BENM CNTP IBAN BIC NAME REMI EREF MARF CSID RTRN ADDR ISDT PREF NRTX TRCD KREF PURP ULTD ULTB "
    "SWOD SWOC OCMT CHGS SVCL BUSP RREF ACCW PART"
).split()
_NAMED = re.compile(rf"/({'|'.join(_NAMES)})/")
_STRUCTURED = re.compile(r"STRD/(?:CUR|ISO|SCOR)/([^/]+)")


def read(text: str) -> list[Statement]:
    """Return the statements of a file.

    Raises NotAStatement, StatementCutOff, StatementBroken, TooManyLines and TooManyStatements.
    """
    _look_at_length(text)
    _look_at_amounts(text)
    try:
        # A handle: the library takes a plain text that happens to name a file for that file.
        found = mt940.parse_statements(StringIO(text), options=mt940.Options.all())
        return [_statement(one) for one in found] or _none()
    except (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        # The library has no exception of its own.
        raise StatementBroken(where=_tag_in(error)) from error


def _look_at_length(text: str) -> None:
    """Count lines and statements, and look at the length of each, before the library takes them in."""
    room, place = Room(), 0
    for beginning in _BEGINS.finditer(text):
        _require_short(text, place, beginning.start())
        place = beginning.start()
        if beginning[1] == "61":
            room.for_lines()
        else:
            room.for_statement()
    _require_short(text, place, len(text))


def _require_short(text: str, start: int, end: int) -> None:
    if end - start > MOST_OF_A_LINE:
        raise StatementBroken(where=text[start : start + 4].strip() or ":20:")


def _look_at_amounts(text: str) -> None:
    """Refuse amounts that are not written as 15d: the library takes what it can and drops the rest."""
    for field in _WITH_AMOUNT.finditer(text):
        if not (_ENTRY if field["tag"] == "61" else _BALANCE).match(field["said"]):
            raise StatementBroken(where=f":{field['tag']}:")


def _none() -> list[Statement]:
    raise NotAStatement


def _tag_in(error: BaseException) -> str:
    tag = getattr(error.args[1], "id", "") if len(error.args) > 1 else ""
    return f":{tag}:" if tag else ":61:"


def _statement(found: Transactions) -> Statement:
    said: Mapping[str, Any] = found.data
    opening, closing = _balance(said, OPENINGS), _balance(said, CLOSINGS)
    account = str(said.get("account_identification") or "").replace(" ", "")
    if not account:
        raise StatementBroken(where=":25:")
    iban = _IBAN.search(account)
    currency = str(closing.amount.currency)
    number = "/".join(str(said[name]) for name in ("statement_number", "sequence_number") if said.get(name))
    return Statement(
        format=StatementFormat.MT940,
        account=_without_currency(iban[0] if iban else account, currency),
        number=number[:35],
        currency=currency,
        opening=minor(opening.amount.amount, str(opening.amount.currency), where=":60F:"),
        closing=minor(closing.amount.amount, currency, where=":62F:"),
        closed_on=_day(closing.date),
        lines=tuple(_lines(found, currency)),
    )


def _balance(said: Mapping[str, Any], names: Sequence[str]) -> Any:
    for name in names:
        if said.get(name) is not None:
            return said[name]
    raise StatementCutOff


def _without_currency(account: str, currency: str) -> str:
    """Return the account without the currency that some banks put behind it."""
    return account.removesuffix(currency)[:34]


def _lines(found: Transactions, currency: str) -> list[Line]:
    lines = [_line(one.data) for one in found.transactions if one.data.get("amount") is not None]
    return [line for line in lines if line.amount]


def _line(said: Mapping[str, Any]) -> Line:
    amount: Decimal = said["amount"].amount
    currency = str(said["amount"].currency)
    details = _details(said)
    return Line(
        booked_on=_day(said.get("entry_date") or said["date"]),
        amount=minor(amount, currency, where=":61:"),
        currency=currency,
        name=words((details.get("name"),), most=140),
        iban=_iban_in(details.get("iban", "")),
        reference=words((details.get("reference"),), most=60),
        remittance=words((details.get("remittance"),)),
        end_to_end_id=provided(details.get("end_to_end_id")),
        bank_reference=provided(said.get("bank_reference")),
        is_reversal="returned" in details or str(said.get("status") or "").upper().startswith("R"),
    )


def _details(said: Mapping[str, Any]) -> dict[str, str]:
    told = str(said.get("transaction_details") or "")
    named = _by_name(told)
    if named:
        return named
    if said.get("purpose") or said.get("applicant_name"):
        return {
            "name": str(said.get("applicant_name") or ""),
            "iban": str(said.get("applicant_iban") or said.get("gvc_applicant_iban") or ""),
            "remittance": f"{said.get('purpose') or ''} {said.get('additional_purpose') or ''}",
            "end_to_end_id": str(said.get("end_to_end_reference") or ""),
        }
    customer = str(said.get("customer_reference") or "")
    return {"remittance": told or f"{provided(customer)} {said.get('extra_details') or ''}"}


def _by_name(told: str) -> dict[str, str]:
    """Return what stands behind /NAME/, /REMI/ and the like; their lines were broken at 65 signs."""
    parts = _NAMED.split(told.replace("\r", "").replace("\n", ""))
    values: dict[str, str] = {}
    for name, value in zip(parts[1::2], parts[2::2], strict=True):
        values.setdefault(name, value.strip("/ "))
    if not values:
        return {}
    # ING: /CNTP/account/bank/name/city/ and /REMI/USTD//text/ or /REMI/STRD/CUR/reference/.
    counterparty = [*values.get("CNTP", "").split("/"), "", "", ""]
    remittance = values.get("REMI", "")
    structured = _STRUCTURED.search(remittance)
    returned = {"returned": values["RTRN"]} if values.get("RTRN") else {}
    return returned | {
        "name": values.get("NAME") or counterparty[2],
        "iban": values.get("IBAN") or counterparty[0],
        "reference": structured[1] if structured else "",
        "remittance": "" if structured else re.sub(r"^USTD/*", "", remittance),
        "end_to_end_id": values.get("EREF", ""),
    }


def _iban_in(text: str) -> str:
    found = _IBAN.search(text.replace(" ", "").upper())
    return found[0][:34] if found else ""


def _day(day: Any) -> date:
    return date(day.year, day.month, day.day)
