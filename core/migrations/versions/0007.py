"""Tables of payments, which have no balances; people who say on their own pages that they want no messages.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from core.migrations import guards

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FORMATS = "format IN ('camt053', 'mt940', 'coda'{more})"
SOURCES = "source IN ('stop', 'provider', 'complaint', 'portal'{more})"
BALANCES = "format = 'table' OR (amount_opening IS NOT NULL AND amount_closing IS NOT NULL)"


def upgrade() -> None:
    _allow_other("bank_statements", "format", FORMATS.format(more=", 'table'"))
    with op.batch_alter_table("bank_statements") as batch:
        for balance in ("amount_opening", "amount_closing"):
            batch.alter_column(balance, existing_type=sa.BigInteger(), nullable=True)
        batch.create_check_constraint(op.f("ck_bank_statements_balances"), BALANCES)
    _allow_other("opt_outs", "source", SOURCES.format(more=", 'debtor'"))


def downgrade() -> None:
    guards.work_everywhere()
    # A member was told what a debtor now says themselves: nothing is sent there either way.
    op.execute("UPDATE opt_outs SET source = 'portal' WHERE source = 'debtor'")
    _allow_other("opt_outs", "source", SOURCES.format(more=""))
    # The payments stay: as a statement of a bank, whose balances are those of an account that was empty.
    op.execute(
        "UPDATE bank_statements SET format = 'camt053', amount_opening = 0, amount_closing = "
        "(SELECT COALESCE(SUM(amount), 0) FROM bank_lines "
        "WHERE bank_lines.organisation_id = bank_statements.organisation_id "
        "AND bank_lines.statement_id = bank_statements.id) WHERE format = 'table'"
    )
    with op.batch_alter_table("bank_statements") as batch:
        batch.drop_constraint(op.f("ck_bank_statements_balances"), type_="check")
        for balance in ("amount_opening", "amount_closing"):
            batch.alter_column(balance, existing_type=sa.BigInteger(), nullable=False)
    _allow_other("bank_statements", "format", FORMATS.format(more=""))


def _allow_other(table: str, column: str, check: str) -> None:
    """Let a column hold other words."""
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, check)
