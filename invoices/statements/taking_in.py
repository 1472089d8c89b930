"""A file of statements taken in: its new lines stored, matched and booked, all of it in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import select

from core import audit
from core.database import db
from core.organisations.models import Organisation
from invoices.queries import lock_invoices
from invoices.statements.known import NewLine, new_lines
from invoices.statements.matching import OpenInvoices, match
from invoices.statements.models import BankLine, BankStatement, IgnoreReason, LineState
from invoices.statements.operations import WhenSettled, book
from invoices.statements.prospects import Prospect
from invoices.statements.queries import in_pieces, open_ones, owed_by, payers, taken_in_before
from invoices.statements.refusals import StatementKnown
from invoices.statements.shapes import Statement

LONGEST_NAME = 200


def take_in(
    *,
    organisation_id: int,
    member_id: int | None,
    file_name: str,
    content: bytes,
    prospects: Sequence[Prospect],
    now: datetime,
    today: date,
    when_settled: WhenSettled,
) -> Sequence[BankStatement]:
    """Store statements, and book each line whose match is sure.

    `prospects` are what was read from `content`, with the invoices that may be paid.
    A line that an earlier statement brought is counted and not stored again; what may be such a line or
    another payment is stored for a person. `when_settled` is called with
    the invoices that were paid on. Raises StatementKnown.
    """
    # Two files at once may hold the same lines: one after the other, for this organisation only.
    db.session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )
    file_hash = sha256(content).hexdigest()
    if taken_in_before(organisation_id=organisation_id, sha256=file_hash):
        raise StatementKnown
    rows = []
    statements = [prospect.statement for prospect in prospects]
    found = new_lines(organisation_id=organisation_id, statements=statements)
    for place, (prospect, new) in enumerate(zip(prospects, found, strict=True), start=1):
        statement = prospect.statement
        row = _statement(
            statement, organisation_id, member_id, file_name[-LONGEST_NAME:], file_hash, place, now
        )
        row.lines_known = len(statement.lines) - len(new)
        db.session.add(row)
        db.session.flush()
        lines = [_line(row, one, number) for number, one in enumerate(new, start=1)]
        db.session.add_all(lines)
        db.session.flush()
        stored = list(zip(lines, new, strict=True))
        _book(prospect, stored, now=now, today=today, when_settled=when_settled)
        _tell(row, lines, now)
        rows.append(row)
    return rows


def _statement(
    read: Statement,
    organisation_id: int,
    member_id: int | None,
    file_name: str,
    file_hash: str,
    place: int,
    now: datetime,
) -> BankStatement:
    return BankStatement(
        organisation_id=organisation_id,
        member_id=member_id,
        sha256=file_hash,
        file_name=file_name,
        place=place,
        format=read.format,
        account=read.account,
        number=read.number,
        currency=read.currency,
        begins_on=read.begins_on,
        ends_on=read.ends_on,
        amount_opening=read.opening,
        amount_closing=read.closing,
        created_at=now,
    )


def _line(statement: BankStatement, new: NewLine, place: int) -> BankLine:
    line = new.line
    is_ours = line.amount < 0 and not line.is_reversal
    return BankLine(
        organisation_id=statement.organisation_id,
        statement_id=statement.id,
        place=place,
        booked_on=line.booked_on,
        amount=line.amount,
        amount_left=max(line.amount, 0),
        currency=line.currency,
        counterparty_name=line.name,
        counterparty_iban=line.iban,
        structured_reference=line.reference,
        end_to_end_id=line.end_to_end_id,
        bank_reference=line.bank_reference,
        remittance=line.remittance,
        is_reversal=line.is_reversal,
        may_be_known=new.may_be_known,
        fingerprint=new.fingerprint,
        occurrence=new.occurrence,
        state=LineState.IGNORED if is_ours else LineState.UNMATCHED,
        ignore_reason=IgnoreReason.OUTGOING if is_ours else None,
    )


def _book(
    prospect: Prospect,
    new: Sequence[tuple[BankLine, NewLine]],
    *,
    now: datetime,
    today: date,
    when_settled: WhenSettled,
) -> None:
    """Match the lines one after the other: what one has paid is no longer open for the next.

    Money of ours that came back pays no invoice, whatever its text names, and what may be known must not be
    booked twice: both wait for a person.
    """
    came_in = [
        (line, prospect.incoming[one.line])
        for line, one in new
        if line.amount > 0 and not line.is_reversal and not line.may_be_known
    ]
    if not came_in:
        return
    organisation_id = came_in[0][0].organisation_id
    known = payers(organisation_id=organisation_id, ibans={incoming.iban for _, incoming in came_in})
    is_open = _payable(prospect, organisation_id, known_debtors=frozenset().union(*known.values()))
    paid_on: set[int] = set()
    for line, incoming in came_in:
        found = match(incoming, invoices=is_open, payer_of=known.get(incoming.iban, frozenset()))
        if found.shares and found.is_sure:
            paid_on.update(book(line=line, match=found, now=now, today=today))
            is_open.pay(found.shares)
        elif found.shares:
            line.state = LineState.SUGGESTED
    db.session.flush()
    if paid_on:
        when_settled(sorted(paid_on))


def _payable(prospect: Prospect, organisation_id: int, *, known_debtors: frozenset[int]) -> OpenInvoices:
    """Return the open invoices that the lines may pay, as they are now, held until the transaction ends."""
    owed = owed_by(
        organisation_id=organisation_id, debtor_ids=known_debtors, creditor_ids=prospect.creditor_ids
    )
    ids = sorted(prospect.invoice_ids | owed)
    for some in in_pieces(ids):
        lock_invoices(organisation_id=organisation_id, invoice_ids=some)
    return OpenInvoices(open_ones(organisation_id=organisation_id, invoice_ids=ids).values())


def _tell(statement: BankStatement, lines: Sequence[BankLine], now: datetime) -> None:
    audit.record(
        organisation_id=statement.organisation_id,
        what="statement.taken_in",
        about="statement",
        about_id=statement.id,
        now=now,
        member_id=statement.member_id,
        details={
            "file": statement.file_name,
            "number": statement.number,
            "lines": len(lines),
            "known": statement.lines_known,
            "matched": sum(line.state == LineState.MATCHED for line in lines),
        },
    )
