"""A bank statement of the crowded organisation: a payment that waits, and one that was laid aside."""

from datetime import date, datetime

from core.database import db
from core.organisations.models import Organisation
from invoices.models import Invoice
from invoices.statements.formats import StatementFormat
from invoices.statements.models import BankLine, BankStatement, IgnoreReason, LineState
from tests.canaries import Canaries


def bring_statement(
    owner: Organisation, canaries: Canaries, *, today: date, now: datetime
) -> tuple[dict[str, str], list[str]]:
    """Store it, and return the ids by the word before them in an address, and more pages with forms."""
    statement = BankStatement(
        organisation_id=owner.id,
        sha256=canaries.word(),
        file_name=canaries.word(),
        place=1,
        format=StatementFormat.CAMT053,
        account=canaries.word(),
        number=canaries.word(),
        currency="EUR",
        begins_on=today,
        ends_on=today,
        amount_opening=0,
        amount_closing=2_000,
        created_at=now,
    )
    db.session.add(statement)
    db.session.flush()
    waiting, aside = (_line(statement, canaries, place) for place in (1, 2))
    aside.state, aside.ignore_reason = LineState.IGNORED, IgnoreReason.OTHER
    db.session.flush()
    number = db.session.query(Invoice.number).filter(Invoice.amount_open > 0).order_by(Invoice.id).first()
    assert number is not None
    ids = {"statements": statement.public_id, "payments": waiting.public_id}
    return ids, [f"/desk/payments/{aside.public_id}", f"/desk/payments/{waiting.public_id}?q={number[0]}"]


def _line(statement: BankStatement, canaries: Canaries, place: int) -> BankLine:
    line = BankLine(
        organisation_id=statement.organisation_id,
        statement_id=statement.id,
        place=place,
        booked_on=statement.begins_on,
        amount=1_000,
        amount_left=1_000,
        currency="EUR",
        counterparty_name=canaries.word(),
        counterparty_iban=canaries.word(),
        structured_reference=canaries.word(),
        end_to_end_id=canaries.word(),
        bank_reference=canaries.word(),
        remittance=canaries.word(),
        fingerprint=canaries.word(),
        occurrence=1,
        state=LineState.UNMATCHED,
    )
    db.session.add(line)
    db.session.flush()
    return line
