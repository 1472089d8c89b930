"""Runs tell when they were finished, so that workers find those they go on with at once.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from core.migrations import guards

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEGUN = "finished_at IS NULL AND state IN ('filling', 'confirmed')"


def upgrade() -> None:
    guards.work_everywhere()
    with op.batch_alter_table("dunning_runs") as batch:
        batch.add_column(sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint(
            op.f("ck_dunning_runs_finished_is_confirmed"), "finished_at IS NULL OR state = 'confirmed'"
        )
    op.execute(
        "UPDATE dunning_runs SET finished_at = decided_at WHERE state = 'confirmed' AND NOT EXISTS "
        "(SELECT 1 FROM dunning_notices WHERE dunning_notices.organisation_id = dunning_runs.organisation_id "
        "AND dunning_notices.run_id = dunning_runs.id AND dunning_notices.state = 'proposed')"
    )
    op.create_index(
        "ix_dunning_runs_begun",
        "dunning_runs",
        ["organisation_id"],
        sqlite_where=sa.text(BEGUN),
        postgresql_where=sa.text(BEGUN),
    )


def downgrade() -> None:
    op.drop_index("ix_dunning_runs_begun", "dunning_runs")
    with op.batch_alter_table("dunning_runs") as batch:
        batch.drop_constraint(op.f("ck_dunning_runs_finished_is_confirmed"), type_="check")
        batch.drop_column("finished_at")
