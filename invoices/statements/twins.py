"""Payments that come twice in files of which one is a table of payments.

A bank's statement says nothing as a table does, and two tables may differ in what their columns tell, such as
whose the only account is. So their lines need not be equal. A line is taken for a twin by its day, its amount
and, where both say them, its accounts.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from core.database import db
from invoices.statements.formats import StatementFormat
from invoices.statements.models import BankLine, BankStatement
from invoices.statements.queries import in_pieces
from invoices.statements.shapes import Line, Statement


class Twins:
    """What other files brought for the days and amounts of these statements: tables, and to a table all."""

    def __init__(self, *, organisation_id: int, statements: Sequence[Statement]) -> None:
        self._brought: defaultdict[tuple[date, int], list[tuple[str, str]]] = defaultdict(list)
        amounts = {line.amount for one in statements for line in one.lines if line.amount > 0}
        is_table = any(one.format == StatementFormat.TABLE for one in statements)
        of_tables = BankStatement.format == StatementFormat.TABLE
        for some in in_pieces(amounts):
            wanted = (
                select(BankLine.booked_on, BankLine.amount, BankLine.counterparty_iban, BankStatement.account)
                .join(BankStatement, BankStatement.id == BankLine.statement_id)
                .where(
                    BankLine.organisation_id == organisation_id,
                    BankLine.amount.in_(some),
                    *(() if is_table else (of_tables,)),
                    BankStatement.begins_on <= max(one.ends_on for one in statements),
                    BankStatement.ends_on >= min(one.begins_on for one in statements),
                )
            )
            for booked_on, amount, iban, account in db.session.execute(wanted):
                self._brought[booked_on, amount].append((account, iban))

    def has_one_of(self, account: str, line: Line) -> bool:
        """Return whether a line of an account of ours has a twin; it is the twin of no other line then."""
        brought = self._brought.get((line.booked_on, line.amount), [])
        for one in brought:
            if _is_of(one, (account, line.iban)):
                brought.remove(one)
                return True
        return False


def _is_of(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Return whether our account and the payer's may be those of the other line.

    A table's only account, which counted as ours there, is the payer's where the other line says so.
    """
    (ours, payer), (others, its_payer) = one, other
    if (not payer and ours and ours == its_payer) or (not its_payer and others and others == payer):
        return True
    return _agree(ours, others) and _agree(payer, its_payer)


def _agree(one: str, other: str) -> bool:
    """Return whether two accounts may be the same: where one is not said they may."""
    return not one or not other or one == other
