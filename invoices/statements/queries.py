"""Questions about bank statements, their lines, and the invoices a line may pay."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select

from core.database import db
from core.refusals import N_, Refusal
from invoices.models import INVOICE_HAS_REFERENCE, INVOICE_IS_OPEN, Debtor, Invoice, Payment
from invoices.statements.matching import MOST_MEANT, Incoming, OpenInvoice
from invoices.statements.models import BankLine, BankStatement, LineState

SIZE = 50
WAITING = (LineState.SUGGESTED, LineState.UNMATCHED)
# SQLite takes 32,766 values in one statement, PostgreSQL 65,535.
_VALUES = 10_000
# With many more PostgreSQL reads all invoices instead of asking the index for each.
KEYS_AT_ONCE = 1_000


class StatementUnknown(Refusal):
    """There is no such statement in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


class LineUnknown(Refusal):
    """There is no such line in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines of a statement stand where."""

    lines: int = 0
    matched: int = 0
    waiting: int = 0
    ignored: int = 0


def statement_by_public_id(*, organisation_id: int, public_id: str) -> BankStatement:
    """Return the statement. Raises StatementUnknown."""
    found = db.session.scalar(
        select(BankStatement).where(
            BankStatement.organisation_id == organisation_id, BankStatement.public_id == public_id
        )
    )
    if found is None:
        raise StatementUnknown
    return found


def line_by_public_id(*, organisation_id: int, public_id: str, lock: bool = False) -> BankLine:
    """Return the line; with `lock` nobody else changes it until the transaction ends. Raises LineUnknown."""
    wanted = select(BankLine).where(
        BankLine.organisation_id == organisation_id, BankLine.public_id == public_id
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(wanted)
    if found is None:
        raise LineUnknown
    return found


def statement_of(*, line: BankLine) -> BankStatement:
    """Return the statement that brought the line."""
    return db.session.scalars(
        select(BankStatement).where(
            BankStatement.organisation_id == line.organisation_id, BankStatement.id == line.statement_id
        )
    ).one()


def statements_found(*, organisation_id: int, page: int = 1) -> tuple[Sequence[BankStatement], int]:
    """Return a page of statements, the last one taken in first, and how many there are."""
    mine = select(BankStatement).where(BankStatement.organisation_id == organisation_id)
    return _page(mine.order_by(BankStatement.id.desc()), page)


def lines_of(*, statement: BankStatement, page: int = 1) -> tuple[Sequence[BankLine], int]:
    """Return a page of a statement's lines in the bank's order, and how many there are."""
    mine = select(BankLine).where(
        BankLine.organisation_id == statement.organisation_id, BankLine.statement_id == statement.id
    )
    return _page(mine.order_by(BankLine.place), page)


def lines_waiting(
    *, organisation_id: int, state: LineState | None = None, page: int = 1
) -> tuple[Sequence[BankLine], int]:
    """Return a page of lines that a person has to settle, the oldest first, and how many there are."""
    states = (state,) if state in WAITING else WAITING
    mine = select(BankLine).where(BankLine.organisation_id == organisation_id, BankLine.state.in_(states))
    return _page(mine.order_by(BankLine.booked_on, BankLine.id), page)


def number_waiting() -> Select[int]:
    """Return what counts the lines that a person has to settle, as `number`; `core.prepared` asks it."""
    return select(func.count().label("number")).where(
        BankLine.organisation_id == bindparam("of_organisation"), BankLine.state.in_(WAITING)
    )


def tallies(*, organisation_id: int, statement_ids: Collection[int]) -> Mapping[int, Tally]:
    """Return for each of these statements how many lines stand where. One without lines is not in it."""
    rows = db.session.execute(
        select(BankLine.statement_id, BankLine.state, func.count())
        .where(BankLine.organisation_id == organisation_id, BankLine.statement_id.in_(statement_ids))
        .group_by(BankLine.statement_id, BankLine.state)
    )
    counts: dict[int, dict[LineState, int]] = {}
    for statement_id, state, number in rows:
        counts.setdefault(statement_id, {})[state] = number
    return {
        statement_id: Tally(
            lines=sum(each.values()),
            matched=each.get(LineState.MATCHED, 0),
            waiting=sum(each.get(state, 0) for state in WAITING),
            ignored=each.get(LineState.IGNORED, 0),
        )
        for statement_id, each in counts.items()
    }


def taken_in_before(*, organisation_id: int, sha256: str) -> bool:
    """Return whether a file of these bytes was taken in."""
    known = select(BankStatement.id).where(
        BankStatement.organisation_id == organisation_id, BankStatement.sha256 == sha256
    )
    return db.session.scalar(known.limit(1)) is not None


def incoming_of(line: BankLine) -> Incoming:
    """Return what is left of a line as rules of matching take it."""
    return Incoming(
        amount=line.amount_left,
        currency=line.currency,
        reference=line.structured_reference,
        text=line.remittance,
        end_to_end_id=line.end_to_end_id,
        name=line.counterparty_name,
        iban=line.counterparty_iban,
    )


def payers(*, organisation_id: int, ibans: Collection[str]) -> Mapping[str, frozenset[int]]:
    """Return for each of these accounts the debtors for whom it has paid before."""
    found: dict[str, set[int]] = {}
    for some in in_pieces(iban for iban in ibans if iban):
        rows = db.session.execute(
            select(BankLine.counterparty_iban, Invoice.debtor_id)
            .join(Payment, Payment.bank_line_id == BankLine.id)
            .join(Invoice, Invoice.id == Payment.invoice_id)
            .where(BankLine.organisation_id == organisation_id, BankLine.counterparty_iban.in_(some))
            .distinct()
        )
        for iban, debtor_id in rows:
            found.setdefault(iban, set()).add(debtor_id)
    return {iban: frozenset(debtors) for iban, debtors in found.items()}


def named_in(
    *, organisation_id: int, keys: Iterable[str], creditor_ids: Collection[int] = ()
) -> frozenset[int]:
    """Return the ids of open invoices whose number or reference is one of these keys.

    With `creditor_ids` only invoices of these creditors: those whose account was paid on.
    """
    found: set[int] = set()
    for some in in_pieces(set(keys), most=KEYS_AT_ONCE):
        for named in (
            Invoice.number_key.in_(some),
            and_(INVOICE_HAS_REFERENCE, Invoice.reference_key.in_(some)),
        ):
            found.update(_ids_of_open(organisation_id, creditor_ids, named))
    return frozenset(found)


def owed_by(
    *, organisation_id: int, debtor_ids: Collection[int], creditor_ids: Collection[int] = ()
) -> frozenset[int]:
    """Return the ids of all open invoices of these debtors, without those who have too many to choose of."""
    found: set[int] = set()
    for some in in_pieces(debtor_ids):
        few = db.session.scalars(
            select(Invoice.debtor_id)
            .where(Invoice.organisation_id == organisation_id, INVOICE_IS_OPEN, Invoice.debtor_id.in_(some))
            .group_by(Invoice.debtor_id)
            .having(func.count() <= MOST_MEANT)
        ).all()
        found.update(_ids_of_open(organisation_id, creditor_ids, Invoice.debtor_id.in_(few)))
    return frozenset(found)


def open_ones(*, organisation_id: int, invoice_ids: Collection[int]) -> Mapping[int, OpenInvoice]:
    """Return these of the invoices that are open, by id."""
    found: dict[int, OpenInvoice] = {}
    for some in in_pieces(invoice_ids):
        wanted = (
            select(Invoice, Debtor)
            .join(Debtor, Debtor.id == Invoice.debtor_id)
            .where(Invoice.organisation_id == organisation_id, INVOICE_IS_OPEN, Invoice.id.in_(some))
            .execution_options(populate_existing=True)
        )
        found |= {invoice.id: _as_open(invoice, debtor) for invoice, debtor in db.session.execute(wanted)}
    return found


def _ids_of_open(
    organisation_id: int, creditor_ids: Collection[int], which: ColumnElement[bool]
) -> Sequence[int]:
    wanted = select(Invoice.id).where(Invoice.organisation_id == organisation_id, INVOICE_IS_OPEN, which)
    if creditor_ids:
        wanted = wanted.where(Invoice.creditor_id.in_(creditor_ids))
    return db.session.scalars(wanted).all()


def _as_open(invoice: Invoice, debtor: Debtor) -> OpenInvoice:
    return OpenInvoice(
        id=invoice.id,
        debtor_id=invoice.debtor_id,
        debtor_name=debtor.name,
        number=invoice.number,
        reference=invoice.payment_reference,
        currency=invoice.currency,
        amount_open=invoice.amount_open,
        due_on=invoice.due_on,
    )


def in_pieces(values: Iterable[Any], *, most: int = _VALUES) -> Iterable[Sequence[Any]]:
    """Return the values in lists, each short enough for one statement."""
    all_of_them = list(values)
    return [all_of_them[start : start + most] for start in range(0, len(all_of_them), most)]


def _page(wanted: Select[Any], page: int) -> tuple[Sequence[Any], int]:
    total = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    rows = db.session.scalars(wanted.limit(SIZE).offset((page - 1) * SIZE)).all()
    return rows, total
