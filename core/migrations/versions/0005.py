"""Addresses that want no messages in small letters, and invoices that are behind the text of their message.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from core.migrations import guards

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "message_invoices", sa.Column("is_behind", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    guards.work_everywhere()
    # Of several that differ in capitals the first one stays.
    op.execute(
        "DELETE FROM opt_outs WHERE channel = 'email' AND EXISTS (SELECT 1 FROM opt_outs AS sooner "
        "WHERE sooner.organisation_id = opt_outs.organisation_id AND sooner.channel = 'email' "
        "AND lower(sooner.value) = lower(opt_outs.value) AND sooner.id < opt_outs.id)"
    )
    op.execute("UPDATE opt_outs SET value = lower(value) WHERE channel = 'email' AND value <> lower(value)")
    op.execute(
        "UPDATE contact_points SET state = 'opted_out', state_reason = CASE opt_outs.source "
        "WHEN 'complaint' THEN 'complaint' ELSE '' END FROM opt_outs "
        "WHERE opt_outs.organisation_id = contact_points.organisation_id AND opt_outs.channel = 'email' "
        "AND contact_points.channel = 'email' AND contact_points.state = 'usable' "
        "AND opt_outs.value = lower(contact_points.value)"
    )


def downgrade() -> None:
    # Which addresses were written in capitals is not known any more, and nothing needs it.
    op.drop_column("message_invoices", "is_behind")
