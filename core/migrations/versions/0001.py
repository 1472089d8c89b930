"""The tables of the spine

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_type", sa.String(length=20), nullable=True),
        sa.Column("support_phone", sa.String(length=40), nullable=False),
        sa.Column("support_hours", sa.String(length=120), nullable=False),
        sa.Column("support_email", sa.String(length=254), nullable=False),
        sa.Column("debt_help_name", sa.String(length=80), nullable=False),
        sa.Column("debt_help_phone", sa.String(length=40), nullable=False),
        sa.Column("postal_address", sa.String(length=240), nullable=False),
        sa.Column("register_number", sa.String(length=40), nullable=False),
        sa.Column("link_validity_hours", sa.Integer(), nullable=False),
        sa.Column("collection_messages_a_week", sa.Integer(), nullable=False),
        sa.Column("payment_data_days", sa.Integer(), nullable=True),
        sa.Column("sms_per_day", sa.Integer(), nullable=False),
        sa.Column("sms_countries", sa.String(length=240), nullable=False),
        sa.Column("settings_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "language IN ('nl', 'fr', 'de', 'en', 'nb')", name=op.f("ck_organisations_language")
        ),
        sa.CheckConstraint("length(accent) = 7 AND accent LIKE '#%'", name=op.f("ck_organisations_accent")),
        sa.CheckConstraint(
            "collection_messages_a_week BETWEEN 1 AND 21", name=op.f("ck_organisations_messages_a_week")
        ),
        sa.CheckConstraint(
            "link_validity_hours BETWEEN 1 AND 24000", name=op.f("ck_organisations_link_validity")
        ),
        sa.CheckConstraint(
            "payment_data_days BETWEEN 1 AND 365", name=op.f("ck_organisations_payment_data_days")
        ),
        sa.CheckConstraint("sms_per_day BETWEEN 0 AND 100000", name=op.f("ck_organisations_sms_per_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organisations_public_id")),
    )
    op.create_table(
        "sending_alarms",
        sa.Column("subject", sa.String(length=265), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "sms",
                "phone",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=240), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_sending_alarms_words")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sending_alarms")),
    )
    op.create_table(
        "sending_paces",
        sa.Column("subject", sa.String(length=265), nullable=False),
        sa.Column("spent_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("refusals_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(refusals = 0) = (refusals_since IS NULL)", name=op.f("ck_sending_paces_refusals_since")
        ),
        sa.CheckConstraint("refusals >= 0", name=op.f("ck_sending_paces_refusals")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sending_paces")),
    )
    op.create_table(
        "sign_in_counts",
        sa.Column("subject_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_sign_in_counts_tries")),
        sa.PrimaryKeyConstraint("subject_hash", name=op.f("pk_sign_in_counts")),
    )
    with op.batch_alter_table("sign_in_counts", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_counts_ends_at", ["ends_at"], unique=False)

    op.create_table(
        "creditors",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("account_name", sa.String(length=120), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("company_number", sa.String(length=40), nullable=False),
        sa.Column("adds_vat", sa.Boolean(), nullable=False),
        sa.Column("adds_vat_from", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("adds_vat = (adds_vat_from IS NOT NULL)", name=op.f("ck_creditors_adds_vat_from")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_creditors_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creditors")),
        sa.UniqueConstraint("organisation_id", "code", name=op.f("uq_creditors_organisation_id_code")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_creditors_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_creditors_public_id")),
    )
    op.create_table(
        "debtors",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("person", "company", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("customer_number", sa.String(length=40), nullable=False),
        sa.Column("sort_name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("salutation", sa.String(length=40), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("initials", sa.String(length=20), nullable=False),
        sa.Column("middle_names", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("company_name", sa.String(length=160), nullable=False),
        sa.Column("legal_form", sa.String(length=40), nullable=False),
        sa.Column("vat_number", sa.String(length=20), nullable=False),
        sa.Column("register_number", sa.String(length=20), nullable=False),
        sa.Column("attention_of", sa.String(length=120), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("house_number", sa.String(length=20), nullable=False),
        sa.Column("postcode", sa.String(length=16), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("kind = 'person' OR company_name <> ''", name=op.f("ck_debtors_company_has_name")),
        sa.CheckConstraint("language IN ('nl', 'fr', 'de', 'en', 'nb')", name=op.f("ck_debtors_language")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_debtors_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtors")),
        sa.UniqueConstraint(
            "organisation_id", "customer_number", name=op.f("uq_debtors_organisation_id_customer_number")
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_debtors_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_debtors_public_id")),
    )
    with op.batch_alter_table("debtors", schema=None) as batch_op:
        batch_op.create_index("ix_debtors_sort", ["organisation_id", "sort_name"], unique=False)

    op.create_table(
        "dunning_policies",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("segment", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("runs_from_hour", sa.Integer(), nullable=False),
        sa.Column("minimum_gap_days", sa.Integer(), nullable=False),
        sa.Column("amount_minimum", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "NOT is_by_hand OR (segment = '' AND country = '')",
            name=op.f("ck_dunning_policies_by_hand_has_no_selector"),
        ),
        sa.CheckConstraint(
            "is_default = (segment = '' AND country = '' AND NOT is_by_hand)",
            name=op.f("ck_dunning_policies_is_default"),
        ),
        sa.CheckConstraint("segment IN ('', 'person', 'company')", name=op.f("ck_dunning_policies_segment")),
        sa.CheckConstraint(
            "NOT (is_automatic AND ended_at IS NOT NULL)", name=op.f("ck_dunning_policies_ended_is_silent")
        ),
        sa.CheckConstraint(
            "NOT (is_default AND ended_at IS NOT NULL)", name=op.f("ck_dunning_policies_default_stays")
        ),
        sa.CheckConstraint("amount_minimum >= 0", name=op.f("ck_dunning_policies_amount_minimum")),
        sa.CheckConstraint(
            "minimum_gap_days BETWEEN 1 AND 365", name=op.f("ck_dunning_policies_minimum_gap")
        ),
        sa.CheckConstraint(
            "runs_from_hour BETWEEN 0 AND 23", name=op.f("ck_dunning_policies_runs_from_hour")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_dunning_policies_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_policies")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_dunning_policies_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_dunning_policies_organisation_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dunning_policies_public_id")),
    )
    with op.batch_alter_table("dunning_policies", schema=None) as batch_op:
        batch_op.create_index(
            "uq_dunning_policies_selector",
            ["organisation_id", "segment", "country"],
            unique=True,
            sqlite_where=sa.text("NOT is_by_hand AND ended_at IS NULL"),
            postgresql_where=sa.text("NOT is_by_hand AND ended_at IS NULL"),
        )

    op.create_table(
        "import_mappings",
        sa.Column(
            "kind",
            sa.Enum(
                "invoices_with_debtors",
                "invoices",
                "debtors",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("headers_hash", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_import_mappings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mappings")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_import_mappings_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "kind",
            "headers_hash",
            name=op.f("uq_import_mappings_organisation_id_kind_headers_hash"),
        ),
    )
    op.create_table(
        "members",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "viewer",
                "agent",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_members_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("email", name=op.f("uq_members_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_members_fs_uniquifier")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_members_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_members_public_id")),
    )
    op.create_table(
        "message_templates",
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "sms",
                "phone",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("channel = 'sms' OR subject <> ''", name=op.f("ck_message_templates_has_subject")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_message_templates_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint(
            "organisation_id",
            "event",
            "channel",
            "language",
            name=op.f("uq_message_templates_organisation_id_event_channel_language"),
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_message_templates_organisation_id_id")),
    )
    op.create_table(
        "opt_outs",
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "sms",
                "phone",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "stop",
                "provider",
                "complaint",
                "portal",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("channel <> 'sms' OR value LIKE '+%'", name=op.f("ck_opt_outs_number_is_e164")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_opt_outs_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_outs")),
        sa.UniqueConstraint(
            "organisation_id", "channel", "value", name=op.f("uq_opt_outs_organisation_id_channel_value")
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_opt_outs_organisation_id_id")),
    )
    op.create_table(
        "sms_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("handed > 0", name=op.f("ck_sms_days_handed")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_sms_days_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_days")),
        sa.UniqueConstraint("organisation_id", "day", name=op.f("uq_sms_days_organisation_id_day")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_sms_days_organisation_id_id")),
    )
    op.create_table(
        "audit_events",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor",
            sa.Enum(
                "member",
                "debtor",
                "system",
                name="actor",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("about_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_audit_events_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_events_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_audit_events_organisation_id_id")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_events_about", ["organisation_id", "about", "about_id", "at"], unique=False
        )
        batch_op.create_index("ix_audit_events_debtor", ["organisation_id", "debtor_id", "at"], unique=False)

    op.create_table(
        "bank_statements",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "camt053",
                "mt940",
                "coda",
                name="format",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("account", sa.String(length=34), nullable=False),
        sa.Column("number", sa.String(length=35), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("amount_opening", sa.BigInteger(), nullable=False),
        sa.Column("amount_closing", sa.BigInteger(), nullable=False),
        sa.Column("lines_known", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_bank_statements_ends_after_begin")),
        sa.CheckConstraint("lines_known >= 0", name=op.f("ck_bank_statements_lines_known")),
        sa.CheckConstraint("place > 0", name=op.f("ck_bank_statements_place")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_bank_statements_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_bank_statements_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_bank_statements_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id", "sha256", "place", name=op.f("uq_bank_statements_organisation_id_sha256_place")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_statements_public_id")),
    )
    op.create_table(
        "contact_points",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "sms",
                "phone",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("is_preferred", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "usable",
                "failed",
                "opted_out",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "channel <> 'email' OR value LIKE '%_@_%'", name=op.f("ck_contact_points_address_has_at")
        ),
        sa.CheckConstraint("channel <> 'letter'", name=op.f("ck_contact_points_address_is_the_debtors")),
        sa.CheckConstraint(
            "channel = 'email' OR value LIKE '+%'", name=op.f("ck_contact_points_number_is_e164")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_contact_points_organisation_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contact_points_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_points")),
        sa.UniqueConstraint(
            "organisation_id",
            "debtor_id",
            "channel",
            "value",
            name=op.f("uq_contact_points_organisation_id_debtor_id_channel_value"),
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_contact_points_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_points_public_id")),
    )
    with op.batch_alter_table("contact_points", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contact_points_number",
            ["value"],
            unique=False,
            sqlite_where=sa.text("channel = 'sms'"),
            postgresql_where=sa.text("channel = 'sms'"),
        )
        batch_op.create_index(
            "ix_contact_points_unusable",
            ["organisation_id", "debtor_id"],
            unique=False,
            sqlite_where=sa.text("state <> 'usable'"),
            postgresql_where=sa.text("state <> 'usable'"),
        )

    op.create_table(
        "debtor_pauses",
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_debtor_pauses_has_reason")),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_debtor_pauses_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_debtor_pauses_organisation_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_debtor_pauses_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_debtor_pauses_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor_pauses")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_debtor_pauses_organisation_id_id")),
    )
    with op.batch_alter_table("debtor_pauses", schema=None) as batch_op:
        batch_op.create_index(
            "uq_debtor_pauses_in_force",
            ["organisation_id", "debtor_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "dunning_assignments",
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_dunning_assignments_organisation_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "policy_id"],
            ["dunning_policies.organisation_id", "dunning_policies.id"],
            name=op.f("fk_dunning_assignments_organisation_id_policy_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_dunning_assignments_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_assignments")),
        sa.UniqueConstraint(
            "organisation_id", "debtor_id", name=op.f("uq_dunning_assignments_organisation_id_debtor_id")
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_dunning_assignments_organisation_id_id")),
    )
    op.create_table(
        "dunning_runs",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "filling",
                "proposed",
                "confirmed",
                "discarded",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("filled_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state IN ('filling', 'proposed')) = (decided_at IS NULL)",
            name=op.f("ck_dunning_runs_decided_has_moment"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "decided_by_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_dunning_runs_organisation_id_decided_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "policy_id"],
            ["dunning_policies.organisation_id", "dunning_policies.id"],
            name=op.f("fk_dunning_runs_organisation_id_policy_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_dunning_runs_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_runs")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_dunning_runs_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dunning_runs_public_id")),
    )
    with op.batch_alter_table("dunning_runs", schema=None) as batch_op:
        batch_op.create_index(
            "uq_dunning_runs_automatic",
            ["organisation_id", "policy_id", "run_on"],
            unique=True,
            sqlite_where=sa.text("is_automatic"),
            postgresql_where=sa.text("is_automatic"),
        )
        batch_op.create_index(
            "uq_dunning_runs_open",
            ["organisation_id", "policy_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('filling', 'proposed')"),
            postgresql_where=sa.text("state IN ('filling', 'proposed')"),
        )

    op.create_table(
        "dunning_stages",
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("days_after_due", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "preferred",
                "email",
                "sms",
                "email_sms",
                "sms_email",
                "letter",
                "letter_email",
                "letter_email_sms",
                "email_letter",
                "email_sms_letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("amount_minimum", sa.BigInteger(), nullable=False),
        sa.Column(
            "costs",
            sa.Enum(
                "",
                "reminder",
                "collection",
                name="costs",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("adds_interest", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount_minimum >= 0", name=op.f("ck_dunning_stages_amount_minimum")),
        sa.CheckConstraint(
            "days_after_due BETWEEN 1 AND 1000", name=op.f("ck_dunning_stages_days_after_due")
        ),
        sa.CheckConstraint("position > 0", name=op.f("ck_dunning_stages_position")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "policy_id"],
            ["dunning_policies.organisation_id", "dunning_policies.id"],
            name=op.f("fk_dunning_stages_organisation_id_policy_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_dunning_stages_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_stages")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_dunning_stages_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "policy_id",
            "position",
            name=op.f("uq_dunning_stages_organisation_id_policy_id_position"),
        ),
    )
    op.create_table(
        "import_batches",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "invoices_with_debtors",
                "invoices",
                "debtors",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "uploaded",
                "checked",
                "queued",
                "importing",
                "done",
                "refused",
                "discarded",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("stored_as", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_same", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state IN ('done', 'refused', 'discarded')) = (finished_at IS NOT NULL)",
            name=op.f("ck_import_batches_finished"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_import_batches_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_import_batches_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_import_batches_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_batches_public_id")),
    )
    with op.batch_alter_table("import_batches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_batches_sha256"), ["sha256"], unique=False)

    op.create_table(
        "invoices",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("creditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("invoiced_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("amount_open", sa.BigInteger(), nullable=False),
        sa.Column("amount_settled_elsewhere", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.String(length=240), nullable=False),
        sa.Column("payment_reference", sa.String(length=60), nullable=False),
        sa.Column(
            "number_key",
            sa.Text(),
            sa.Computed(
                "ltrim(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(upper(number), ' ', ''), '/', ''), '-', ''), '.', ''), '+', ''), '*', ''), '_', ''), ':', ''), ',', ''), '#', ''), '0')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "reference_key",
            sa.Text(),
            sa.Computed(
                "replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(upper(payment_reference), ' ', ''), '/', ''), '-', ''), '.', ''), '+', ''), '*', ''), '_', ''), ':', ''), ',', ''), '#', '')",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_invoices_amount")),
        sa.CheckConstraint("amount_open BETWEEN 0 AND amount", name=op.f("ck_invoices_amount_open")),
        sa.CheckConstraint(
            "amount_settled_elsewhere BETWEEN 0 AND amount", name=op.f("ck_invoices_amount_settled_elsewhere")
        ),
        sa.CheckConstraint("due_on >= invoiced_on", name=op.f("ck_invoices_due_after_invoiced")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR amount_open = 0", name=op.f("ck_invoices_withdrawn_is_settled")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "creditor_id"],
            ["creditors.organisation_id", "creditors.id"],
            name=op.f("fk_invoices_organisation_id_creditor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_invoices_organisation_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_invoices_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint(
            "organisation_id",
            "creditor_id",
            "number",
            name=op.f("uq_invoices_organisation_id_creditor_id_number"),
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_invoices_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invoices_public_id")),
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index("ix_invoices_debtor", ["organisation_id", "debtor_id"], unique=False)
        batch_op.create_index(
            "ix_invoices_number_key",
            ["organisation_id", "number_key"],
            unique=False,
            sqlite_where=sa.text("amount_open > 0"),
            postgresql_where=sa.text("amount_open > 0"),
        )
        batch_op.create_index(
            "ix_invoices_open",
            ["organisation_id", "debtor_id", "due_on"],
            unique=False,
            sqlite_where=sa.text("amount_open > 0"),
            postgresql_where=sa.text("amount_open > 0"),
        )
        batch_op.create_index(
            "ix_invoices_reference_key",
            ["organisation_id", "reference_key"],
            unique=False,
            sqlite_where=sa.text("amount_open > 0 AND reference_key <> ''"),
            postgresql_where=sa.text("amount_open > 0 AND reference_key <> ''"),
        )

    op.create_table(
        "letter_batches",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "filling",
                "waiting",
                "making",
                "made",
                "posted",
                "empty",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=240), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("posted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state = 'making') = (leased_until IS NOT NULL)", name=op.f("ck_letter_batches_making_has_lease")
        ),
        sa.CheckConstraint(
            "(state = 'posted') = (posted_on IS NOT NULL)", name=op.f("ck_letter_batches_posted_has_day")
        ),
        sa.CheckConstraint(
            "(state IN ('made', 'posted')) = (dated_on IS NOT NULL)",
            name=op.f("ck_letter_batches_made_has_day"),
        ),
        sa.CheckConstraint(
            "(state IN ('made', 'posted')) = (sha256 <> '')", name=op.f("ck_letter_batches_made_has_hash")
        ),
        sa.CheckConstraint("sha256 = '' OR length(sha256) = 64", name=op.f("ck_letter_batches_sha256")),
        sa.CheckConstraint(
            "edition >= 0 AND letters >= 0 AND pages >= 0", name=op.f("ck_letter_batches_counts")
        ),
        sa.CheckConstraint(
            "posted_on IS NULL OR posted_on >= dated_on", name=op.f("ck_letter_batches_posted_after_made")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "posted_by_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_letter_batches_organisation_id_posted_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_letter_batches_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batches")),
        sa.UniqueConstraint("organisation_id", "about", name=op.f("uq_letter_batches_organisation_id_about")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_letter_batches_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_letter_batches_public_id")),
    )
    with op.batch_alter_table("letter_batches", schema=None) as batch_op:
        batch_op.create_index(
            "ix_letter_batches_due",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'making')"),
            postgresql_where=sa.text("state IN ('waiting', 'making')"),
        )

    op.create_table(
        "member_sessions",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_member_sessions_organisation_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_member_sessions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_sessions")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_member_sessions_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_member_sessions_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_member_sessions_secret_hash")),
    )
    with op.batch_alter_table("member_sessions", schema=None) as batch_op:
        batch_op.create_index("ix_member_sessions_member", ["organisation_id", "member_id"], unique=False)

    op.create_table(
        "reaction_types",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("exempts", sa.Boolean(), nullable=False),
        sa.Column("closes_when_paid", sa.Boolean(), nullable=False),
        sa.Column("review_days", sa.Integer(), nullable=False),
        sa.Column("promise_days", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "everybody",
                "persons",
                "companies",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("promise_days BETWEEN 0 AND 365", name=op.f("ck_reaction_types_promise_days")),
        sa.CheckConstraint("review_days BETWEEN 0 AND 90", name=op.f("ck_reaction_types_review_days")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "assignee_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_reaction_types_organisation_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reaction_types_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_types")),
        sa.UniqueConstraint("organisation_id", "code", name=op.f("uq_reaction_types_organisation_id_code")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_reaction_types_organisation_id_id")),
        sa.UniqueConstraint("organisation_id", "key", name=op.f("uq_reaction_types_organisation_id_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reaction_types_public_id")),
    )
    op.create_table(
        "restores",
        sa.Column("backup_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by_id IS NULL)", name=op.f("ck_restores_released_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "released_by_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_restores_organisation_id_released_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_restores_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restores")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_restores_organisation_id_id")),
    )
    with op.batch_alter_table("restores", schema=None) as batch_op:
        batch_op.create_index(
            "uq_restores_open",
            ["organisation_id"],
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )

    op.create_table(
        "access_links",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("token_id", sa.LargeBinary(length=8), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "sms",
                "phone",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revoke_reason", sa.String(length=120), nullable=True),
        sa.Column("replaced_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoke_reason IS NULL)", name=op.f("ck_access_links_revoked_has_reason")
        ),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_access_links_expires_after_issue")),
        sa.CheckConstraint("length(token_id) = 8", name=op.f("ck_access_links_token_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_point_id"],
            ["contact_points.organisation_id", "contact_points.id"],
            name=op.f("fk_access_links_organisation_id_contact_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_access_links_organisation_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "replaced_by_id"],
            ["access_links.organisation_id", "access_links.id"],
            name=op.f("fk_access_links_organisation_id_replaced_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "revoked_by_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_access_links_organisation_id_revoked_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_access_links_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_links")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_access_links_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_access_links_public_id")),
        sa.UniqueConstraint("token_id", name=op.f("uq_access_links_token_id")),
    )
    with op.batch_alter_table("access_links", schema=None) as batch_op:
        batch_op.create_index("ix_access_links_debtor", ["organisation_id", "debtor_id"], unique=False)

    op.create_table(
        "bank_lines",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("amount_left", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("counterparty_name", sa.String(length=140), nullable=False),
        sa.Column("counterparty_iban", sa.String(length=34), nullable=False),
        sa.Column("structured_reference", sa.String(length=60), nullable=False),
        sa.Column("end_to_end_id", sa.String(length=60), nullable=False),
        sa.Column("bank_reference", sa.String(length=60), nullable=False),
        sa.Column("remittance", sa.Text(), nullable=False),
        sa.Column("is_reversal", sa.Boolean(), nullable=False),
        sa.Column("may_be_known", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "matched",
                "suggested",
                "unmatched",
                "ignored",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "ignore_reason",
            sa.Enum(
                "outgoing",
                "paid_back",
                "not_ours",
                "booked_elsewhere",
                "other",
                name="ignore_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state = 'ignored') = (ignore_reason IS NOT NULL)", name=op.f("ck_bank_lines_ignored_has_reason")
        ),
        sa.CheckConstraint(
            "state <> 'matched' OR (amount > 0 AND amount_left = 0)",
            name=op.f("ck_bank_lines_matched_is_booked"),
        ),
        sa.CheckConstraint(
            "state <> 'suggested' OR amount_left > 0", name=op.f("ck_bank_lines_suggested_has_rest")
        ),
        sa.CheckConstraint(
            "state <> 'unmatched' OR amount_left > 0 OR amount < 0",
            name=op.f("ck_bank_lines_unmatched_has_rest"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_bank_lines_amount")),
        sa.CheckConstraint(
            "amount_left >= 0 AND (amount_left = 0 OR amount_left <= amount)",
            name=op.f("ck_bank_lines_amount_left"),
        ),
        sa.CheckConstraint("occurrence > 0", name=op.f("ck_bank_lines_occurrence")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "decided_by_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_bank_lines_organisation_id_decided_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "statement_id"],
            ["bank_statements.organisation_id", "bank_statements.id"],
            name=op.f("fk_bank_lines_organisation_id_statement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_bank_lines_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_lines")),
        sa.UniqueConstraint(
            "organisation_id",
            "fingerprint",
            "occurrence",
            name=op.f("uq_bank_lines_organisation_id_fingerprint_occurrence"),
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_bank_lines_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_lines_public_id")),
    )
    with op.batch_alter_table("bank_lines", schema=None) as batch_op:
        batch_op.create_index("ix_bank_lines_payer", ["organisation_id", "counterparty_iban"], unique=False)
        batch_op.create_index(
            "ix_bank_lines_statement", ["organisation_id", "statement_id", "place"], unique=False
        )
        batch_op.create_index(
            "ix_bank_lines_waiting",
            ["organisation_id", "booked_on"],
            unique=False,
            sqlite_where=sa.text("state IN ('suggested', 'unmatched')"),
            postgresql_where=sa.text("state IN ('suggested', 'unmatched')"),
        )

    op.create_table(
        "credit_notes",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("credited_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_credit_notes_amount")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoices.organisation_id", "invoices.id"],
            name=op.f("fk_credit_notes_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_credit_notes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_credit_notes_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "invoice_id",
            "number",
            name=op.f("uq_credit_notes_organisation_id_invoice_id_number"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_credit_notes_public_id")),
    )
    op.create_table(
        "dunning_skips",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=120), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_dunning_skips_organisation_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoices.organisation_id", "invoices.id"],
            name=op.f("fk_dunning_skips_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "run_id"],
            ["dunning_runs.organisation_id", "dunning_runs.id"],
            name=op.f("fk_dunning_skips_organisation_id_run_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_dunning_skips_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_skips")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_dunning_skips_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "run_id",
            "invoice_id",
            name=op.f("uq_dunning_skips_organisation_id_run_id_invoice_id"),
        ),
    )
    op.create_table(
        "exemptions",
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_exemptions_end_has_reason")
        ),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_exemptions_amount")),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name=op.f("ck_exemptions_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoices.organisation_id", "invoices.id"],
            name=op.f("fk_exemptions_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_exemptions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemptions")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_exemptions_organisation_id_id")),
    )
    with op.batch_alter_table("exemptions", schema=None) as batch_op:
        batch_op.create_index("ix_exemptions_asked_by", ["organisation_id", "asked_by"], unique=False)
        batch_op.create_index(
            "uq_exemptions_in_force",
            ["organisation_id", "invoice_id", "asked_by"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "reaction_fields",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_visible", sa.Boolean(), nullable=False),
        sa.Column("is_optional", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "type_id"],
            ["reaction_types.organisation_id", "reaction_types.id"],
            name=op.f("fk_reaction_fields_organisation_id_type_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reaction_fields_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_fields")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_reaction_fields_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id", "type_id", "key", name=op.f("uq_reaction_fields_organisation_id_type_id_key")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_reaction_fields_public_id")),
    )
    op.create_table(
        "reaction_type_texts",
        sa.Column("type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("hint", sa.String(length=240), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("label <> ''", name=op.f("ck_reaction_type_texts_label")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "type_id"],
            ["reaction_types.organisation_id", "reaction_types.id"],
            name=op.f("fk_reaction_type_texts_organisation_id_type_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reaction_type_texts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_type_texts")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_reaction_type_texts_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "type_id",
            "language",
            name=op.f("uq_reaction_type_texts_organisation_id_type_id_language"),
        ),
    )
    op.create_table(
        "messages",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "sms",
                "phone",
                "letter",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("letter_batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("letter_number", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("is_collection", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "claimed",
                "handing",
                "sent",
                "delivered",
                "bounced",
                "unknown",
                "suppressed",
                "failed",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=240), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("subject", sa.String(length=240), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(channel = 'letter') = (letter_batch_id IS NOT NULL)", name=op.f("ck_messages_letter_has_batch")
        ),
        sa.CheckConstraint("ask_at IS NULL OR channel = 'sms'", name=op.f("ck_messages_asked_about_sms")),
        sa.CheckConstraint(
            "channel <> 'letter' OR state <> 'handing' OR letter_number IS NOT NULL",
            name=op.f("ck_messages_printed_has_number"),
        ),
        sa.CheckConstraint(
            "channel <> 'letter' OR state NOT IN ('claimed', 'unknown')",
            name=op.f("ck_messages_letter_is_known"),
        ),
        sa.CheckConstraint(
            "cleared_at IS NULL OR state NOT IN ('new', 'claimed', 'handing')",
            name=op.f("ck_messages_cleared"),
        ),
        sa.CheckConstraint(
            "handed_at IS NULL OR state NOT IN ('new', 'claimed', 'suppressed')",
            name=op.f("ck_messages_handed_in_state"),
        ),
        sa.CheckConstraint(
            "letter_number IS NULL OR (letter_number > 0 AND channel = 'letter' AND state <> 'new')",
            name=op.f("ck_messages_letter_number"),
        ),
        sa.CheckConstraint(
            "sent_at IS NULL OR state IN ('sent', 'delivered', 'bounced')",
            name=op.f("ck_messages_sent_in_state"),
        ),
        sa.CheckConstraint(
            "sent_sha256 = '' OR length(sent_sha256) = 64", name=op.f("ck_messages_sent_sha256")
        ),
        sa.CheckConstraint(
            "state NOT IN ('claimed', 'handing') OR claimed_by IS NOT NULL",
            name=op.f("ck_messages_claim_has_owner"),
        ),
        sa.CheckConstraint(
            "(debtor_id IS NULL) <> (member_id IS NULL)", name=op.f("ck_messages_one_recipient")
        ),
        sa.CheckConstraint("losses >= 0", name=op.f("ck_messages_losses")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_point_id"],
            ["contact_points.organisation_id", "contact_points.id"],
            name=op.f("fk_messages_organisation_id_contact_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_messages_organisation_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "letter_batch_id"],
            ["letter_batches.organisation_id", "letter_batches.id"],
            name=op.f("fk_messages_organisation_id_letter_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["access_links.organisation_id", "access_links.id"],
            name=op.f("fk_messages_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_messages_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_messages_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "organisation_id", "dedupe_key", name=op.f("uq_messages_organisation_id_dedupe_key")
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_messages_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_messages_public_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_messages_ask_at",
            ["ask_at"],
            unique=False,
            sqlite_where=sa.text("ask_at IS NOT NULL"),
            postgresql_where=sa.text("ask_at IS NOT NULL"),
        )
        batch_op.create_index("ix_messages_debtor", ["organisation_id", "debtor_id"], unique=False)
        batch_op.create_index(
            "ix_messages_ending",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'new' AND expires_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'new' AND expires_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_leased",
            ["leased_until"],
            unique=False,
            sqlite_where=sa.text("leased_until IS NOT NULL"),
            postgresql_where=sa.text("leased_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_letter_batch",
            ["organisation_id", "letter_batch_id"],
            unique=False,
            sqlite_where=sa.text("letter_batch_id IS NOT NULL"),
            postgresql_where=sa.text("letter_batch_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_suspect",
            ["not_before"],
            unique=False,
            sqlite_where=sa.text("state = 'new' AND losses > 0"),
            postgresql_where=sa.text("state = 'new' AND losses > 0"),
        )
        batch_op.create_index(
            "ix_messages_troubled",
            ["organisation_id", "state"],
            unique=False,
            sqlite_where=sa.text("state IN ('unknown', 'failed', 'bounced') AND cleared_at IS NULL"),
            postgresql_where=sa.text("state IN ('unknown', 'failed', 'bounced') AND cleared_at IS NULL"),
        )
        batch_op.create_index(
            "ix_messages_waiting",
            ["organisation_id", "channel", "is_collection", "not_before", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )

    op.create_table(
        "payments",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=140), nullable=False),
        sa.Column("bank_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "bank_line_id"],
            ["bank_lines.organisation_id", "bank_lines.id"],
            name=op.f("fk_payments_organisation_id_bank_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoices.organisation_id", "invoices.id"],
            name=op.f("fk_payments_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_payments_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_payments_organisation_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payments_public_id")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index("ix_payments_bank_line", ["organisation_id", "bank_line_id"], unique=False)
        batch_op.create_index("ix_payments_invoice", ["organisation_id", "invoice_id"], unique=False)

    op.create_table(
        "reaction_field_texts",
        sa.Column("field_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("hint", sa.String(length=240), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "field_id"],
            ["reaction_fields.organisation_id", "reaction_fields.id"],
            name=op.f("fk_reaction_field_texts_organisation_id_field_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reaction_field_texts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_field_texts")),
        sa.UniqueConstraint(
            "organisation_id",
            "field_id",
            "language",
            name=op.f("uq_reaction_field_texts_organisation_id_field_id_language"),
        ),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_reaction_field_texts_organisation_id_id")),
    )
    op.create_table(
        "visits",
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("contents", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("expires_at > started_at", name=op.f("ck_visits_expires_after_start")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_visits_organisation_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "link_id"],
            ["access_links.organisation_id", "access_links.id"],
            name=op.f("fk_visits_organisation_id_link_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_visits_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_visits_organisation_id_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_visits_secret_hash")),
    )
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.create_index("ix_visits_link", ["organisation_id", "link_id"], unique=False)

    op.create_table(
        "charges",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reminder_fee",
                "collection_cost",
                "penalty",
                "demand_fee",
                "recovery_sum",
                "interest",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(
                "paid", "let_go", name="end_reason", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column("ended_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'interest') = (from_on IS NOT NULL)", name=op.f("ck_charges_interest_has_first_day")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL) = (ended_by_id IS NULL)",
            name=op.f("ck_charges_end_is_told"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_charges_amount")),
        sa.CheckConstraint(
            "from_on IS NULL OR from_on <= until_on", name=op.f("ck_charges_from_before_until")
        ),
        sa.CheckConstraint("principal > 0", name=op.f("ck_charges_principal")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "ended_by_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_charges_organisation_id_ended_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoices.organisation_id", "invoices.id"],
            name=op.f("fk_charges_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["messages.organisation_id", "messages.id"],
            name=op.f("fk_charges_organisation_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_charges_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_charges_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "message_id",
            "invoice_id",
            "kind",
            name=op.f("uq_charges_organisation_id_message_id_invoice_id_kind"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_charges_public_id")),
    )
    with op.batch_alter_table("charges", schema=None) as batch_op:
        batch_op.create_index("ix_charges_invoice", ["organisation_id", "invoice_id"], unique=False)

    op.create_table(
        "dunning_notices",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_point_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("stage_position", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "left_out",
                "queued",
                "held_back",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state = 'queued') = (message_id IS NOT NULL)",
            name=op.f("ck_dunning_notices_queued_has_message"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_point_id"],
            ["contact_points.organisation_id", "contact_points.id"],
            name=op.f("fk_dunning_notices_organisation_id_contact_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_dunning_notices_organisation_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["messages.organisation_id", "messages.id"],
            name=op.f("fk_dunning_notices_organisation_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "run_id"],
            ["dunning_runs.organisation_id", "dunning_runs.id"],
            name=op.f("fk_dunning_notices_organisation_id_run_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_dunning_notices_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_notices")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_dunning_notices_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "run_id",
            "debtor_id",
            name=op.f("uq_dunning_notices_organisation_id_run_id_debtor_id"),
        ),
    )
    with op.batch_alter_table("dunning_notices", schema=None) as batch_op:
        batch_op.create_index("ix_dunning_notices_debtor", ["organisation_id", "debtor_id"], unique=False)

    op.create_table(
        "message_attempts",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["messages.organisation_id", "messages.id"],
            name=op.f("fk_message_attempts_organisation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_message_attempts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_attempts")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_message_attempts_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "message_id",
            "attempt",
            name=op.f("uq_message_attempts_organisation_id_message_id_attempt"),
        ),
    )
    op.create_table(
        "message_invoices",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoices.organisation_id", "invoices.id"],
            name=op.f("fk_message_invoices_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["messages.organisation_id", "messages.id"],
            name=op.f("fk_message_invoices_organisation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_message_invoices_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_invoices")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_message_invoices_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "message_id",
            "invoice_id",
            name=op.f("uq_message_invoices_organisation_id_message_id_invoice_id"),
        ),
    )
    with op.batch_alter_table("message_invoices", schema=None) as batch_op:
        batch_op.create_index("ix_message_invoices_invoice", ["organisation_id", "invoice_id"], unique=False)

    op.create_table(
        "provider_events",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "accepted",
                "scheduled",
                "queued",
                "sending",
                "sent",
                "canceled",
                "failed",
                "undelivered",
                "delivered",
                "stop",
                "start",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(message_id IS NULL) = (status IN ('stop', 'start'))",
            name=op.f("ck_provider_events_words_have_no_message"),
        ),
        sa.CheckConstraint(
            "(message_id IS NULL) = (attempt IS NULL)", name=op.f("ck_provider_events_attempt_of_message")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["messages.organisation_id", "messages.id"],
            name=op.f("fk_provider_events_organisation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_provider_events_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_events")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_provider_events_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "provider_id",
            "status",
            name=op.f("uq_provider_events_organisation_id_provider_id_status"),
        ),
    )
    with op.batch_alter_table("provider_events", schema=None) as batch_op:
        batch_op.create_index("ix_provider_events_message", ["organisation_id", "message_id"], unique=False)

    op.create_table(
        "reactions",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("submission_key", sa.String(length=43), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("type_label", sa.String(length=120), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("reacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_reactions_organisation_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "type_id"],
            ["reaction_types.organisation_id", "reaction_types.id"],
            name=op.f("fk_reactions_organisation_id_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "visit_id"],
            ["visits.organisation_id", "visits.id"],
            name=op.f("fk_reactions_organisation_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reactions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reactions")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_reactions_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_reactions_organisation_id_reference")
        ),
        sa.UniqueConstraint(
            "organisation_id", "submission_key", name=op.f("uq_reactions_organisation_id_submission_key")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_reactions_public_id")),
    )
    with op.batch_alter_table("reactions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reactions_debtor", ["organisation_id", "debtor_id", "reacted_at"], unique=False
        )

    op.create_table(
        "restored_messages",
        sa.Column("restore_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "was",
            sa.Enum(
                "new",
                "claimed",
                "handing",
                "sent",
                "delivered",
                "bounced",
                "unknown",
                "suppressed",
                "failed",
                "expired",
                name="was",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "send",
                "has_left",
                "set_aside",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "was IN ('new', 'claimed', 'handing', 'unknown')", name=op.f("ck_restored_messages_had_not_ended")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_restored_messages_decided_at")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_restored_messages_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "decided_by_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_restored_messages_organisation_id_decided_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "message_id"],
            ["messages.organisation_id", "messages.id"],
            name=op.f("fk_restored_messages_organisation_id_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "restore_id"],
            ["restores.organisation_id", "restores.id"],
            name=op.f("fk_restored_messages_organisation_id_restore_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_restored_messages_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restored_messages")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_restored_messages_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "restore_id",
            "message_id",
            name=op.f("uq_restored_messages_organisation_id_restore_id_message_id"),
        ),
    )
    op.create_table(
        "actions",
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("reaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debtor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "in_progress",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("exempts", sa.Boolean(), nullable=False),
        sa.Column("amount_disputed", sa.BigInteger(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("close_reason", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_actions_closed_has_moment")
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR close_reason IS NOT NULL", name=op.f("ck_actions_closed_has_reason")
        ),
        sa.CheckConstraint(
            "amount_disputed IS NULL OR amount_disputed > 0", name=op.f("ck_actions_amount_disputed")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "assignee_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_actions_organisation_id_assignee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "closed_by_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_actions_organisation_id_closed_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "debtor_id"],
            ["debtors.organisation_id", "debtors.id"],
            name=op.f("fk_actions_organisation_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reaction_id"],
            ["reactions.organisation_id", "reactions.id"],
            name=op.f("fk_actions_organisation_id_reaction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "type_id"],
            ["reaction_types.organisation_id", "reaction_types.id"],
            name=op.f("fk_actions_organisation_id_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_actions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_actions_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id", "reaction_id", name=op.f("uq_actions_organisation_id_reaction_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_actions_public_id")),
    )
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.create_index("ix_actions_debtor", ["organisation_id", "debtor_id"], unique=False)
        batch_op.create_index(
            "ix_actions_open",
            ["organisation_id", "created_at"],
            unique=False,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )
        batch_op.create_index("ix_actions_state", ["organisation_id", "state", "review_on"], unique=False)

    op.create_table(
        "dunning_notice_invoices",
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_position", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("costs", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_dunning_notice_invoices_amount")),
        sa.CheckConstraint("costs >= 0", name=op.f("ck_dunning_notice_invoices_costs")),
        sa.CheckConstraint("interest >= 0", name=op.f("ck_dunning_notice_invoices_interest")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoices.organisation_id", "invoices.id"],
            name=op.f("fk_dunning_notice_invoices_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "notice_id"],
            ["dunning_notices.organisation_id", "dunning_notices.id"],
            name=op.f("fk_dunning_notice_invoices_organisation_id_notice_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_dunning_notice_invoices_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_notice_invoices")),
        sa.UniqueConstraint(
            "organisation_id", "id", name=op.f("uq_dunning_notice_invoices_organisation_id_id")
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "notice_id",
            "invoice_id",
            name=op.f("uq_dunning_notice_invoices_organisation_id_notice_id_invoice_id"),
        ),
    )
    with op.batch_alter_table("dunning_notice_invoices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_dunning_notice_invoices_invoice", ["organisation_id", "invoice_id"], unique=False
        )

    op.create_table(
        "reaction_invoices",
        sa.Column("reaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_open", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoices.organisation_id", "invoices.id"],
            name=op.f("fk_reaction_invoices_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "reaction_id"],
            ["reactions.organisation_id", "reactions.id"],
            name=op.f("fk_reaction_invoices_organisation_id_reaction_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_reaction_invoices_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction_invoices")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_reaction_invoices_organisation_id_id")),
        sa.UniqueConstraint(
            "organisation_id",
            "reaction_id",
            "invoice_id",
            name=op.f("uq_reaction_invoices_organisation_id_reaction_id_invoice_id"),
        ),
    )
    with op.batch_alter_table("reaction_invoices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reaction_invoices_invoice", ["organisation_id", "invoice_id", "reaction_id"], unique=False
        )

    op.create_table(
        "action_notes",
        sa.Column("action_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "action_id"],
            ["actions.organisation_id", "actions.id"],
            name=op.f("fk_action_notes_organisation_id_action_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "member_id"],
            ["members.organisation_id", "members.id"],
            name=op.f("fk_action_notes_organisation_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_action_notes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_notes")),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_action_notes_organisation_id_id")),
    )
    with op.batch_alter_table("action_notes", schema=None) as batch_op:
        batch_op.create_index("ix_action_notes_action", ["organisation_id", "action_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("action_notes", schema=None) as batch_op:
        batch_op.drop_index("ix_action_notes_action")

    op.drop_table("action_notes")
    with op.batch_alter_table("reaction_invoices", schema=None) as batch_op:
        batch_op.drop_index("ix_reaction_invoices_invoice")

    op.drop_table("reaction_invoices")
    with op.batch_alter_table("dunning_notice_invoices", schema=None) as batch_op:
        batch_op.drop_index("ix_dunning_notice_invoices_invoice")

    op.drop_table("dunning_notice_invoices")
    with op.batch_alter_table("actions", schema=None) as batch_op:
        batch_op.drop_index("ix_actions_state")
        batch_op.drop_index(
            "ix_actions_open",
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )
        batch_op.drop_index("ix_actions_debtor")

    op.drop_table("actions")
    op.drop_table("restored_messages")
    with op.batch_alter_table("reactions", schema=None) as batch_op:
        batch_op.drop_index("ix_reactions_debtor")

    op.drop_table("reactions")
    with op.batch_alter_table("provider_events", schema=None) as batch_op:
        batch_op.drop_index("ix_provider_events_message")

    op.drop_table("provider_events")
    with op.batch_alter_table("message_invoices", schema=None) as batch_op:
        batch_op.drop_index("ix_message_invoices_invoice")

    op.drop_table("message_invoices")
    op.drop_table("message_attempts")
    with op.batch_alter_table("dunning_notices", schema=None) as batch_op:
        batch_op.drop_index("ix_dunning_notices_debtor")

    op.drop_table("dunning_notices")
    with op.batch_alter_table("charges", schema=None) as batch_op:
        batch_op.drop_index("ix_charges_invoice")

    op.drop_table("charges")
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_index("ix_visits_link")

    op.drop_table("visits")
    op.drop_table("reaction_field_texts")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index("ix_payments_invoice")
        batch_op.drop_index("ix_payments_bank_line")

    op.drop_table("payments")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_messages_waiting",
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.drop_index(
            "ix_messages_troubled",
            sqlite_where=sa.text("state IN ('unknown', 'failed', 'bounced') AND cleared_at IS NULL"),
            postgresql_where=sa.text("state IN ('unknown', 'failed', 'bounced') AND cleared_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_messages_suspect",
            sqlite_where=sa.text("state = 'new' AND losses > 0"),
            postgresql_where=sa.text("state = 'new' AND losses > 0"),
        )
        batch_op.drop_index(
            "ix_messages_letter_batch",
            sqlite_where=sa.text("letter_batch_id IS NOT NULL"),
            postgresql_where=sa.text("letter_batch_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_messages_leased",
            sqlite_where=sa.text("leased_until IS NOT NULL"),
            postgresql_where=sa.text("leased_until IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_messages_ending",
            sqlite_where=sa.text("state = 'new' AND expires_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'new' AND expires_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_messages_debtor")
        batch_op.drop_index(
            "ix_messages_ask_at",
            sqlite_where=sa.text("ask_at IS NOT NULL"),
            postgresql_where=sa.text("ask_at IS NOT NULL"),
        )

    op.drop_table("messages")
    op.drop_table("reaction_type_texts")
    op.drop_table("reaction_fields")
    with op.batch_alter_table("exemptions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_exemptions_in_force",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index("ix_exemptions_asked_by")

    op.drop_table("exemptions")
    op.drop_table("dunning_skips")
    op.drop_table("credit_notes")
    with op.batch_alter_table("bank_lines", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_bank_lines_waiting",
            sqlite_where=sa.text("state IN ('suggested', 'unmatched')"),
            postgresql_where=sa.text("state IN ('suggested', 'unmatched')"),
        )
        batch_op.drop_index("ix_bank_lines_statement")
        batch_op.drop_index("ix_bank_lines_payer")

    op.drop_table("bank_lines")
    with op.batch_alter_table("access_links", schema=None) as batch_op:
        batch_op.drop_index("ix_access_links_debtor")

    op.drop_table("access_links")
    with op.batch_alter_table("restores", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_restores_open",
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )

    op.drop_table("restores")
    op.drop_table("reaction_types")
    with op.batch_alter_table("member_sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_member_sessions_member")

    op.drop_table("member_sessions")
    with op.batch_alter_table("letter_batches", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_letter_batches_due",
            sqlite_where=sa.text("state IN ('waiting', 'making')"),
            postgresql_where=sa.text("state IN ('waiting', 'making')"),
        )

    op.drop_table("letter_batches")
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_invoices_reference_key",
            sqlite_where=sa.text("amount_open > 0 AND reference_key <> ''"),
            postgresql_where=sa.text("amount_open > 0 AND reference_key <> ''"),
        )
        batch_op.drop_index(
            "ix_invoices_open",
            sqlite_where=sa.text("amount_open > 0"),
            postgresql_where=sa.text("amount_open > 0"),
        )
        batch_op.drop_index(
            "ix_invoices_number_key",
            sqlite_where=sa.text("amount_open > 0"),
            postgresql_where=sa.text("amount_open > 0"),
        )
        batch_op.drop_index("ix_invoices_debtor")

    op.drop_table("invoices")
    with op.batch_alter_table("import_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_batches_sha256"))

    op.drop_table("import_batches")
    op.drop_table("dunning_stages")
    with op.batch_alter_table("dunning_runs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_dunning_runs_open",
            sqlite_where=sa.text("state IN ('filling', 'proposed')"),
            postgresql_where=sa.text("state IN ('filling', 'proposed')"),
        )
        batch_op.drop_index(
            "uq_dunning_runs_automatic",
            sqlite_where=sa.text("is_automatic"),
            postgresql_where=sa.text("is_automatic"),
        )

    op.drop_table("dunning_runs")
    op.drop_table("dunning_assignments")
    with op.batch_alter_table("debtor_pauses", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_debtor_pauses_in_force",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("debtor_pauses")
    with op.batch_alter_table("contact_points", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_contact_points_unusable",
            sqlite_where=sa.text("state <> 'usable'"),
            postgresql_where=sa.text("state <> 'usable'"),
        )
        batch_op.drop_index(
            "ix_contact_points_number",
            sqlite_where=sa.text("channel = 'sms'"),
            postgresql_where=sa.text("channel = 'sms'"),
        )

    op.drop_table("contact_points")
    op.drop_table("bank_statements")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_events_debtor")
        batch_op.drop_index("ix_audit_events_about")

    op.drop_table("audit_events")
    op.drop_table("sms_days")
    op.drop_table("opt_outs")
    op.drop_table("message_templates")
    op.drop_table("members")
    op.drop_table("import_mappings")
    with op.batch_alter_table("dunning_policies", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_dunning_policies_selector",
            sqlite_where=sa.text("NOT is_by_hand AND ended_at IS NULL"),
            postgresql_where=sa.text("NOT is_by_hand AND ended_at IS NULL"),
        )

    op.drop_table("dunning_policies")
    with op.batch_alter_table("debtors", schema=None) as batch_op:
        batch_op.drop_index("ix_debtors_sort")

    op.drop_table("debtors")
    op.drop_table("creditors")
    with op.batch_alter_table("sign_in_counts", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_counts_ends_at")

    op.drop_table("sign_in_counts")
    op.drop_table("sending_paces")
    op.drop_table("sending_alarms")
    op.drop_table("organisations")
