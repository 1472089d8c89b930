"""CODA, the coded statement of Belgian banks: records of 128 signs, as Febelfin's description 2.6 lays out.

Positions in the description count from 1; slices here from 0.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from invoices.statements.formats import StatementFormat
from invoices.statements.refusals import StatementBroken, StatementCutOff, StatementDoesNotAddUp
from invoices.statements.room import Room
from invoices.statements.shapes import Line, Statement, minor, provided, words

LENGTH = 128
HEADER = re.compile(r"0000.[0-9]{6}.{116}2")
# Of a total that was booked in one sum, the description has the parts follow: 5 of 1, 6 and 7 of 2.
TOTALS, PARTS = "12", "567"
STRUCTURED = ("101", "102", "103")
# Record 22, 113 to 117: the kind of R-transaction and its reason by ISO 20022, such as 2MD06.
_RETURN = re.compile(r"[1-5][A-Z]{2}[0-9]{2}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")


@dataclass
class _Move:
    """Record 21 with the 22 and 23 that go on with it."""

    first: str
    second: str = " " * LENGTH
    third: str = " " * LENGTH

    @property
    def number(self) -> str:
        """The movement's number, which its parts share."""
        return self.first[2:6]

    @property
    def is_part(self) -> bool:
        return self.first[6:10] != "0000"

    @property
    def kind(self) -> str:
        return self.first[53]


@dataclass
class _Pages:
    """The records of one statement, as they come."""

    opening: str = ""
    closing: str = ""
    trailer: str = ""
    moves: list[_Move] = field(default_factory=list)
    counted: int = 0


def read(text: str) -> list[Statement]:
    """Return the statements of a file.

    Raises StatementCutOff, StatementBroken, StatementDoesNotAddUp, TooManyLines and TooManyStatements.
    """
    statements: list[_Pages] = []
    room = Room()
    for number, record in enumerate((line for line in text.split("\n") if line.strip()), start=1):
        if record[0] == "0":
            room.for_statement()
            statements.append(_Pages())
        elif not statements or statements[-1].trailer:
            raise StatementBroken(where=f"record {number}")
        else:
            _take(statements[-1], record.ljust(LENGTH), number)
    if not statements or not statements[-1].trailer:
        raise StatementCutOff
    return [_statement(pages, room) for pages in statements]


def _take(pages: _Pages, record: str, number: int) -> None:
    kind = record[0]
    pages.counted += kind in "1238"
    if kind == "1":
        pages.opening = record
    elif kind == "8":
        pages.closing = record
    elif kind == "9":
        pages.trailer = record
    elif kind == "2" and record[1] == "1":
        pages.moves.append(_Move(record))
    elif kind == "2" and record[1] in "23" and pages.moves:
        setattr(pages.moves[-1], "second" if record[1] == "2" else "third", record)
    elif kind not in "34":
        raise StatementBroken(where=f"record {number}")


def _statement(pages: _Pages, room: Room) -> Statement:
    if not pages.opening or not pages.trailer:
        raise StatementCutOff
    # Without a movement the description lets the new balance be left out.
    closing = pages.closing or f"8{pages.opening[2:]}"
    account, currency = _account(pages.opening[5:42], pages.opening[1])
    number = pages.opening[2:5]
    lines = tuple(_lines(pages.moves, currency, room))
    if not _totals_are_right(pages, lines, currency):
        raise StatementDoesNotAddUp(number=number)
    return Statement(
        format=StatementFormat.CODA,
        account=account,
        number=number,
        currency=currency,
        opening=_signed(pages.opening[42], pages.opening[43:58], currency),
        closing=_signed(closing[41], closing[42:57], currency),
        closed_on=_day(closing[57:63]),
        lines=lines,
    )


def _account(said: str, structure: str) -> tuple[str, str]:
    """Return account and currency; structure 0 is the old Belgian number, 1 to 3 leave 34 signs for it."""
    end = 12 if structure == "0" else 34
    currency = said[13:16] if structure == "0" else said[34:37]
    account = said[:end].strip()
    if not account or not currency.isalpha():
        raise StatementBroken(where="record 1")
    return account, currency


def _totals_are_right(pages: _Pages, lines: Sequence[Line], currency: str) -> bool:
    debit = _minor(pages.trailer[22:37], currency)
    credit = _minor(pages.trailer[37:52], currency)
    booked = sum(_amount(move, currency) for move in pages.moves if not move.is_part)
    counted = pages.trailer[16:22]
    return (
        counted.isdigit()
        and int(counted) == pages.counted
        and credit - debit == booked == sum(line.amount for line in lines)
    )


def _lines(moves: Sequence[_Move], currency: str, room: Room) -> Iterator[Line]:
    """Yield a line for each movement, or for each payment of a total when their amounts make it up."""
    payments: dict[str, list[_Move]] = {}
    for move in moves:
        if move.is_part and move.kind in PARTS:
            payments.setdefault(move.number, []).append(move)
    for move in moves:
        if move.is_part:
            continue
        # A payment is part of one total: whoever repeats a number does not repeat its payments.
        parts = payments.pop(move.number, []) if move.kind in TOTALS else []
        add_up = sum(_amount(each, currency) for each in parts) == _amount(move, currency)
        booked = parts if parts and add_up else [move]
        room.for_lines(len(booked))
        yield from (_line(each, move, currency) for each in booked if _amount(each, currency))


def _line(move: _Move, total: _Move, currency: str) -> Line:
    told = move.first[62:115] + move.second[10:63] + move.third[82:125]
    structured = move.first[61] == "1"
    is_reference = structured and told[:3] in STRUCTURED
    account = _IBAN.match(move.third[10:44].replace(" ", ""))
    return Line(
        booked_on=_day(total.first[115:121]),
        amount=_amount(move, currency),
        currency=currency,
        name=words((move.third[47:82],), most=140),
        iban=account[0] if account else "",
        reference=told[3:15].strip() if is_reference else "",
        remittance="" if is_reference else words((told[3:] if structured else told,)),
        end_to_end_id=provided(move.second[63:98]),
        bank_reference=provided(move.first[10:31]),
        is_reversal=_RETURN.fullmatch(move.second[112:117]) is not None,
    )


def _amount(move: _Move, currency: str) -> int:
    return _signed(move.first[31], move.first[32:47], currency)


def _signed(sign: str, digits: str, currency: str) -> int:
    if sign not in "01":
        raise StatementBroken(where=f"sign {sign}")
    return _minor(digits, currency) * (-1 if sign == "1" else 1)


def _minor(digits: str, currency: str) -> int:
    """Return an amount of 12 digits and 3 decimals in minor units."""
    if not re.fullmatch(r"[0-9]{15}", digits):
        raise StatementBroken(where=f"amount {digits.strip()}")
    return minor(Decimal(digits).scaleb(-3), currency, where=f"amount {digits}")


def _day(said: str) -> date:
    try:
        return datetime.strptime(said, "%d%m%y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise StatementBroken(where=f"date {said.strip()}") from None
