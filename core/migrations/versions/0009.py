"""Reactions forwarded to an organisation's own system: where to, and what became of each.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from core.migrations import guards

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("forwarding_targets", "forwarded_reactions")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "forwarding_targets",
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_of_organisation("forwarding_targets"),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_forwarding_targets_organisation_id")),
    )
    op.create_table(
        "forwarded_reactions",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("reaction_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        *_of_organisation("forwarded_reactions"),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'given_up')", name=op.f("ck_forwarded_reactions_state")
        ),
        sa.CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)",
            name=op.f("ck_forwarded_reactions_delivered_has_moment"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reaction_id"],
            ["reactions.organisation_id", "reactions.id"],
            name=op.f("fk_forwarded_reactions_organisation_id_reaction_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "organisation_id", "reaction_id", name=op.f("uq_forwarded_reactions_organisation_id_reaction_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_forwarded_reactions_public_id")),
    )
    op.create_index(
        "ix_forwarded_reactions_waiting",
        "forwarded_reactions",
        ["not_before"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    for table in TABLES:
        guards.protect(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        guards.unprotect(table)
        op.drop_table(table)


def _of_organisation(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f(f"uq_{table}_organisation_id_id")),
    ]
