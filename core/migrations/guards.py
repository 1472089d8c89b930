"""What stands behind the ORM in the database itself: row-level security, and an audit trail nobody erases."""

from alembic import op

MINE = "organisation_id = NULLIF(NULLIF(current_setting('app.organisation', true), ''), 'everywhere')::bigint"
POLICY = f"current_setting('app.organisation', true) = 'everywhere' OR {MINE}"


def protect(table: str) -> None:
    """On PostgreSQL, show and take only rows of the organisation that `core.tenancy` set (or everywhere)."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY organisation ON "{table}" USING ({POLICY}) WITH CHECK ({POLICY})')


def unprotect(table: str) -> None:
    """Take the policy away again."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f'DROP POLICY organisation ON "{table}"')
    op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


def work_everywhere() -> None:
    """On PostgreSQL, let the statements of this migration see the rows of every organisation."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('app.organisation', 'everywhere', true)")


def only_append(table: str) -> None:
    """Let rows be added, never changed or deleted."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION only_append() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME; END$$"
        )
        op.execute(
            f"CREATE TRIGGER only_append BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION only_append()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER only_append_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only added'); END"
        )


def allow_changes(table: str) -> None:
    """Take `only_append` away again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER only_append ON {table}")
        op.execute("DROP FUNCTION only_append()")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER only_append_{verb}")


def allow_fresh_statistics(*tables: str) -> None:
    """On PostgreSQL, let the application's role, which owns no table, have the planner look at these again.

    After many rows were added in one transaction the planner still knows nothing of them, and may check each
    reference to them by going through all rows of an organisation. Skipped where another one looks.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION look_at_rows() RETURNS void LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path = public AS $$BEGIN ANALYZE (SKIP_LOCKED) {', '.join(tables)}; END$$"
        )


def forbid_fresh_statistics() -> None:
    """Take `allow_fresh_statistics` away again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION look_at_rows()")


def allow_statistics_of_growth(*tables: str) -> None:
    """On PostgreSQL, let the application's role have the planner look again at those of these that grew.

    The server itself looks once a minute, and never at what a transaction has added so far. Small tables are
    looked at always, others once half of their rows are new.
    """
    if op.get_bind().dialect.name == "postgresql":
        names = ", ".join(f"'{table}'" for table in tables)
        # Names of ours, in a migration.
        op.execute(
            "CREATE FUNCTION look_at_growth() RETURNS void LANGUAGE plpgsql SECURITY DEFINER "  # noqa: S608
            "SET search_path = public AS $$ DECLARE grown text; BEGIN "
            "FOR grown IN SELECT pg_class.relname FROM pg_class "
            "JOIN pg_stat_user_tables ON relid = pg_class.oid "
            f"WHERE pg_class.relname IN ({names}) "
            "AND (reltuples < 1000 OR n_mod_since_analyze > reltuples / 2) "
            "LOOP EXECUTE format('ANALYZE (SKIP_LOCKED) %I', grown); END LOOP; END$$"
        )


def forbid_statistics_of_growth() -> None:
    """Take `allow_statistics_of_growth` away again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION look_at_growth()")


def allow_statistics_of_grown(*tables: str) -> None:
    """The same for one of these tables, which the caller names; any other name is refused."""
    if op.get_bind().dialect.name == "postgresql":
        names = ", ".join(f"'{table}'" for table in tables)
        # Names of ours, in a migration.
        op.execute(
            "CREATE FUNCTION look_at_growth(asked text) RETURNS void LANGUAGE plpgsql "
            "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN "
            f"IF asked NOT IN ({names}) THEN RAISE 'Not for %', asked; END IF; "
            "IF EXISTS (SELECT FROM pg_class WHERE pg_class.oid = ('public.' || asked)::regclass "
            "AND (reltuples < 1000 OR pg_stat_get_mod_since_analyze(pg_class.oid) > reltuples / 2)) "
            "THEN EXECUTE format('ANALYZE (SKIP_LOCKED) public.%I', asked); END IF; END$$"
        )


def forbid_statistics_of_grown() -> None:
    """Take `allow_statistics_of_grown` away again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION look_at_growth(text)")
