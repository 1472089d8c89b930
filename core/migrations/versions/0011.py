"""The planner looks at the one table that a run has just added to, and no longer at all of a run's.

Revision ID: 0011
Revises: 0010
"""

from core.migrations import guards

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guards.forbid_statistics_of_growth()
    guards.allow_statistics_of_grown("access_links", "dunning_notices", "messages")


def downgrade() -> None:
    guards.forbid_statistics_of_grown()
    guards.allow_statistics_of_growth("access_links", "dunning_notices", "message_invoices", "messages")
