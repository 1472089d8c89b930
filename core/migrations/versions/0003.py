"""Addresses that want no messages are held in small letters: capitals make no other address.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

from core.migrations import guards

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
    """What was written in capitals is not known any more, and nothing needs it."""
