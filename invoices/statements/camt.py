"""CAMT.053, the statement of ISO 20022: versions 02 to 08, and later ones as far as they say the same.

Element names are those of the ISO 20022 message definition camt.053.001. Only booked entries count: pending
ones and information stand outside the balances.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from invoices.statements.formats import StatementFormat
from invoices.statements.refusals import (
    AnotherMessage,
    NotAStatement,
    StatementBroken,
    StatementCutOff,
    StatementUnsafe,
    TooManyLines,
)
from invoices.statements.room import MOST_LINES, Room
from invoices.statements.shapes import Line, Statement, minor, provided, words

_MESSAGE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:([a-z]+\.\d{3})\.\d{3}\.\d{2}\}Document")
# ActiveOrHistoricCurrencyAndAmount: 18 digits, 5 of them behind the point, no sign and no exponent.
_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,5})?")
LONGEST_AMOUNT = 24
# Five thousand entries with all that a bank says of them have fewer. As many empty ones are two megabytes.
MOST_ELEMENTS = 400_000
OPENINGS, CLOSINGS = ("OPBD", "PRCD", "ITBD"), ("CLBD", "ITBD")


def read(content: bytes) -> list[Statement]:
    """Return the statements of a file.

    Raises AnotherMessage, NotAStatement, StatementUnsafe, StatementCutOff, StatementBroken, TooManyLines and
    TooManyStatements.
    """
    if _elements(content) > MOST_ELEMENTS:
        raise TooManyLines(most=MOST_LINES)
    root = _parsed(content)
    message = _MESSAGE.fullmatch(root.tag)
    if message is None:
        raise NotAStatement
    if message[1] != "camt.053":
        raise AnotherMessage(kind=message[1])
    found = root.findall("{*}BkToCstmrStmt/{*}Stmt")
    if not found:
        raise NotAStatement
    room = Room()
    return [_statement(one, room) for one in found]


def _elements(content: bytes) -> int:
    """Return how many elements begin in a file, or more: what is not an end, a comment or an instruction."""
    return content.count(b"<") - sum(map(content.count, (b"</", b"<!", b"<?")))


def _parsed(content: bytes) -> Element:
    try:
        return cast(Element, fromstring(content, forbid_dtd=True))
    except DefusedXmlException as error:
        raise StatementUnsafe from error
    except ParseError as error:
        if content.rstrip().endswith(b">") and b"</" in content[-200:] and b"Document>" in content[-40:]:
            raise StatementBroken(where=f"XML {error.position[0]}:{error.position[1]}") from error
        raise StatementCutOff from error
    except (LookupError, ValueError) as error:
        # An encoding that nobody knows, or one of several bytes that expat does not read.
        raise NotAStatement from error


def _statement(found: Element, room: Room) -> Statement:
    room.for_statement()
    number = _said(found, "LglSeqNb") or _said(found, "ElctrncSeqNb") or _said(found, "Id")
    account = _said(found, "Acct/Id/IBAN") or _said(found, "Acct/Id/Othr/Id")
    opening, closing = _balance(found, OPENINGS, first=True), _balance(found, CLOSINGS, first=False)
    currency = _said(found, "Acct/Ccy") or _currency(closing)
    entries = [entry for entry in found.findall("{*}Ntry") if _is_booked(entry)]
    lines = [line for entry in entries for line in _lines(entry, room)]
    if not account:
        raise StatementBroken(where="Acct/Id")
    return Statement(
        format=StatementFormat.CAMT053,
        account=account.replace(" ", "")[:34],
        number=number[:35],
        currency=currency,
        opening=_signed(opening),
        closing=_signed(closing),
        closed_on=_day(closing, "Dt"),
        lines=tuple(lines),
    )


def _balance(found: Element, codes: tuple[str, ...], *, first: bool) -> Element:
    """Return the balance with the first of these codes that there is; pages bring several between."""
    balances = found.findall("{*}Bal")
    for code in codes:
        same = [one for one in balances if _said(one, "Tp/CdOrPrtry/Cd") == code]
        if same:
            return same[0 if first else -1]
    raise StatementBroken(where="Bal")


def _is_booked(entry: Element) -> bool:
    return (_said(entry, "Sts/Cd") or _said(entry, "Sts")) == "BOOK"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an entry says for all its payments: looked up once, as a batch may have thousands of them."""

    amount: int
    currency: str
    direction: str
    booked_on: str
    told: str
    own_ids: tuple[str, ...]
    is_reversal: bool


def _read_entry(entry: Element) -> _Entry:
    return _Entry(
        amount=_signed(entry),
        currency=_currency(entry),
        direction=_said(entry, "CdtDbtInd"),
        booked_on=_said(entry, "BookgDt/Dt") or _said(entry, "BookgDt/DtTm"),
        told=_said(entry, "AddtlNtryInf"),
        own_ids=(_said(entry, "AcctSvcrRef"), _said(entry, "NtryRef")),
        is_reversal=_said(entry, "RvslInd") in ("true", "1"),
    )


def _lines(element: Element, room: Room) -> Iterator[Line]:
    """Yield a line for each payment of a batch when their amounts make up the entry, else one for it."""
    entry = _read_entry(element)
    details = element.findall("{*}NtryDtls/{*}TxDtls")
    amounts = [_detail_amount(detail, entry) for detail in details]
    is_batch = len(details) > 1 and None not in amounts and sum(each or 0 for each in amounts) == entry.amount
    room.for_lines(len(details) if is_batch else 1)
    if is_batch:
        for detail, amount in zip(details, amounts, strict=True):
            if amount:
                yield _line(entry, [detail], amount)
    elif entry.amount:
        yield _line(entry, details, entry.amount)


def _detail_amount(detail: Element, entry: _Entry) -> int | None:
    """Return what one payment of a batch adds, or None when that is not said in the account's currency."""
    holder = detail if detail.find("{*}Amt") is not None else detail.find("{*}AmtDtls/{*}TxAmt")
    if holder is None or _currency(holder) != entry.currency:
        return None
    direction = _said(detail, "CdtDbtInd") or entry.direction
    return _amount(holder) * (-1 if direction == "DBIT" else 1)


def _line(entry: _Entry, details: list[Element], amount: int) -> Line:
    payers = ("Dbtr", "UltmtDbtr") if amount > 0 else ("Cdtr", "UltmtCdtr", "Dbtr")
    references = _every(details, "RmtInf/Strd/CdtrRefInf/Ref")
    told = _every(details, "RmtInf/Ustrd") + _every(details, "RmtInf/Strd/RfrdDocInf/Nb")
    told += _every(details, "RmtInf/Strd/AddtlRmtInf") + references[1:]
    beside = [*_every(details, "AddtlTxInf"), entry.told]
    own_ids = [*_every(details, "Refs/AcctSvcrRef"), *entry.own_ids]
    alone = details if len(details) == 1 else []
    return Line(
        booked_on=_as_day(entry.booked_on, "BookgDt"),
        amount=amount,
        currency=entry.currency,
        name=words(_first(alone, payers, ("Nm", "Pty/Nm")), most=140),
        iban=words(_first(alone, [f"{each}Acct" for each in payers], ("Id/IBAN",)), most=34),
        reference=words(references[:1], most=60),
        remittance=words(told or beside),
        end_to_end_id=provided(next(iter(_every(alone, "Refs/EndToEndId")), "")),
        bank_reference=provided(next((one for one in own_ids if one), "")),
        # Some banks say only why money came or went back (`RtrInf`), and not that it did.
        is_reversal=entry.is_reversal or any(detail.find("{*}RtrInf") is not None for detail in details),
    )


def _first(details: list[Element], roles: tuple[str, ...] | list[str], names: tuple[str, ...]) -> list[str]:
    paths = [f"RltdPties/{role}/{name}" for role in roles for name in names]
    return [text for detail in details for path in paths if (text := _said(detail, path))][:1]


def _every(details: list[Element], path: str) -> list[str]:
    marked = _marked(path)
    return [(one.text or "").strip() for detail in details for one in detail.findall(marked) if one.text]


def _said(element: Element, path: str) -> str:
    return (element.findtext(_marked(path)) or "").strip()


def _marked(path: str) -> str:
    return "/".join(f"{{*}}{part}" for part in path.split("/"))


def _day(element: Element, name: str) -> date:
    return _as_day(_said(element, f"{name}/Dt") or _said(element, f"{name}/DtTm"), name)


def _as_day(said: str, where: str) -> date:
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        raise StatementBroken(where=where) from None


def _currency(element: Element) -> str:
    amount = element.find("{*}Amt")
    return amount.get("Ccy", "") if amount is not None else ""


def _amount(element: Element) -> int:
    said = _said(element, "Amt")
    where = f"Amt {said[:LONGEST_AMOUNT]}"
    if not _AMOUNT.fullmatch(said):
        raise StatementBroken(where=where)
    return minor(Decimal(said), _currency(element), where=where)


def _signed(element: Element) -> int:
    direction = _said(element, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise StatementBroken(where="CdtDbtInd")
    return _amount(element) * (-1 if direction == "DBIT" else 1)
