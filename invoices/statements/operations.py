"""Changes around bank statements: taken in and booked as far as that is sure, then settled line by line."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime

from core import audit
from core.database import db
from core.refusals import N_, Refusal
from invoices.operations import record_payment
from invoices.queries import lock_invoices
from invoices.statements.matching import Match, Share
from invoices.statements.models import BankLine, IgnoreReason, LineState
from invoices.statements.queries import WAITING, line_by_public_id, open_ones
from invoices.taking_back import take_back_payments

LONGEST_REFERENCE = 140
WhenSettled = Callable[[Collection[int]], object]


class LineMovedOn(Refusal):
    """Somebody else settled the line, or a part of it, since its page was opened."""

    sentence = N_("Somebody changed this in the meantime. Look at the page again.")
    status = 409


class NothingChosen(Refusal):
    """No invoice has an amount."""

    sentence = N_("Enter an amount for at least one invoice.")


class SharedTooMuch(Refusal):
    """More is given to invoices than there is."""

    sentence = N_("This is more than is left of the payment.")


class InvoiceNotOpen(Refusal):
    """An invoice in another currency, of somebody else, or with nothing open on it."""

    sentence = N_("This invoice cannot be paid with this amount.")


class NothingToUndo(Refusal):
    """Nobody decided anything about the line yet, or it is money that we paid."""

    sentence = N_("There is nothing to take back here.")
    status = 409


def book(
    *, line: BankLine, match: Match, now: datetime, today: date, member_id: int | None = None
) -> Collection[int]:
    """Book the shares of a match on their invoices, and note on the line what is left of it.

    The invoices are locked by the caller. Returns the ids of invoices that were paid on. Raises what
    `invoices.operations.record_payment` raises.
    """
    said = line.structured_reference or line.remittance or line.counterparty_name
    for share in match.shares:
        record_payment(
            organisation_id=line.organisation_id,
            invoice_id=share.invoice_id,
            amount=share.amount,
            paid_on=line.booked_on,
            reference=said[:LONGEST_REFERENCE],
            now=now,
            today=today,
            member_id=member_id,
            bank_line_id=line.id,
        )
    line.amount_left -= sum(share.amount for share in match.shares)
    line.state = LineState.UNMATCHED if line.amount_left else LineState.MATCHED
    line.decided_by_id = member_id
    db.session.flush()
    return [share.invoice_id for share in match.shares]


def settle(
    *,
    organisation_id: int,
    line_public_id: str,
    shares: Sequence[Share],
    left_before: int,
    member_id: int,
    now: datetime,
    today: date,
    when_settled: WhenSettled,
) -> BankLine:
    """Book what a person chose; what they saw as left tells whether somebody was faster.

    Raises LineUnknown, LineMovedOn, NothingChosen, SharedTooMuch, InvoiceNotOpen and what recording a
    payment raises. `when_settled` is called with the invoices that were paid on.
    """
    line = _waiting(organisation_id, line_public_id, left_before)
    if not shares:
        raise NothingChosen
    if sum(share.amount for share in shares) > line.amount_left:
        raise SharedTooMuch
    ids = [share.invoice_id for share in shares]
    lock_invoices(organisation_id=organisation_id, invoice_ids=ids)
    payable = open_ones(organisation_id=organisation_id, invoice_ids=ids)
    if any(one not in payable or payable[one].currency != line.currency for one in ids):
        raise InvoiceNotOpen
    paid_on = book(line=line, match=Match(tuple(shares)), now=now, today=today, member_id=member_id)
    when_settled(paid_on)
    return line


def ignore(
    *,
    organisation_id: int,
    line_public_id: str,
    reason: IgnoreReason,
    left_before: int,
    member_id: int,
    now: datetime,
) -> BankLine:
    """Lay a line, or what is left of it, aside for a reason. Raises LineUnknown and LineMovedOn."""
    line = _waiting(organisation_id, line_public_id, left_before)
    line.state, line.ignore_reason, line.decided_by_id = LineState.IGNORED, reason, member_id
    db.session.flush()
    _tell(line, "bank_line.ignored", now, member_id, reason=reason.value)
    return line


def undo(*, organisation_id: int, line_public_id: str, member_id: int, now: datetime) -> BankLine:
    """Take back what was decided about a line: its payments go, their invoices are open again.

    Actions that were closed by them stay closed, and an invoice that was withdrawn since stays settled.
    Raises LineUnknown and NothingToUndo.
    """
    line = line_by_public_id(organisation_id=organisation_id, public_id=line_public_id, lock=True)
    is_booked = line.amount_left != max(line.amount, 0)
    if not is_booked and (line.state != LineState.IGNORED or line.ignore_reason == IgnoreReason.OUTGOING):
        raise NothingToUndo
    take_back_payments(organisation_id=organisation_id, bank_line_id=line.id, now=now, member_id=member_id)
    line.amount_left = max(line.amount, 0)
    line.state, line.ignore_reason, line.decided_by_id = LineState.UNMATCHED, None, None
    db.session.flush()
    _tell(line, "bank_line.undone", now, member_id)
    return line


def _waiting(organisation_id: int, public_id: str, left_before: int) -> BankLine:
    line = line_by_public_id(organisation_id=organisation_id, public_id=public_id, lock=True)
    if line.state not in WAITING or line.amount_left != left_before:
        raise LineMovedOn
    return line


def _tell(line: BankLine, what: str, now: datetime, member_id: int | None, **details: object) -> None:
    audit.record(
        organisation_id=line.organisation_id,
        what=what,
        about="bank_line",
        about_id=line.id,
        now=now,
        member_id=member_id,
        details={"amount": line.amount, "currency": line.currency, **details},
    )
