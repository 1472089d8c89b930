"""Runs keep how many invoices they left alone and why, once which ones those were is forgotten.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dunning_runs", sa.Column("skip_counts", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("dunning_runs", "skip_counts")
