"""Organisations apart in the database itself, and an audit trail that is only added to.

Revision ID: 0002
Revises: 0001
"""

from core.migrations import guards

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "access_links",
    "action_notes",
    "actions",
    "audit_events",
    "bank_lines",
    "bank_statements",
    "charges",
    "contact_points",
    "credit_notes",
    "creditors",
    "debtor_pauses",
    "debtors",
    "dunning_assignments",
    "dunning_notice_invoices",
    "dunning_notices",
    "dunning_policies",
    "dunning_runs",
    "dunning_skips",
    "dunning_stages",
    "exemptions",
    "import_batches",
    "import_mappings",
    "invoices",
    "member_sessions",
    "members",
    "message_attempts",
    "message_invoices",
    "message_templates",
    "messages",
    "opt_outs",
    "payments",
    "provider_events",
    "reaction_field_texts",
    "reaction_fields",
    "reaction_invoices",
    "reaction_type_texts",
    "reaction_types",
    "reactions",
    "restored_messages",
    "restores",
    "sms_days",
    "visits",
)


def upgrade() -> None:
    for table in TABLES:
        guards.protect(table)
    guards.only_append("audit_events")
    guards.allow_fresh_statistics("debtors", "invoices")
    guards.allow_statistics_of_growth("access_links", "dunning_notices", "message_invoices", "messages")


def downgrade() -> None:
    guards.forbid_statistics_of_growth()
    guards.forbid_fresh_statistics()
    guards.allow_changes("audit_events")
    for table in TABLES:
        guards.unprotect(table)
