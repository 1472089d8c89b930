"""Habits that keep promises: one clock, good dice, escaped pages, SQL in few places, no foreign addresses."""

import re

from tests.house.code import calls_of, files, imports_of, modules, name_of

CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "datetime.datetime.now",
}
MAY_READ_THE_CLOCK = ("collections_portal/", "desk/", "settings/", "core/web/")
# Each of these was read by a second pair of eyes: what they mark as safe was escaped or written by us.
MARKS_AS_SAFE = {
    "collections_portal/debtor/transfers.py": "a QR code that segno drew: squares, no text",
    "core/web/fragments.py": "what a macro of ours wrote, with every value of a row in it escaped",
    "core/web/sentences.py": "our own sentence, with every value in it escaped",
    "messaging/layout.py": "escapes a line, then puts in the placeholder of the link",
    "templates/components/debtor/icons.html": "drawings that stand in the same file",
    "templates/messages/email.html": "a line break that stands there in so many words",
}
# Models may: a partial index says in SQL which rows it holds.
HANDWRITTEN = {"sqlalchemy.text", "sqlalchemy.literal_column", "sqlalchemy.sql.text"}
WRITES_SQL = {
    "core/database.py": "SQLite's manners and its BEGIN",
    "links/queries.py": "a visit, its link and its organisation in one statement, before anybody is known",
    "reactions/queries/listed.py": "the list that is asked for most, in one statement prepared once",
    "invoices/importing/staging.py": "temporary tables: prepared inserts, and statistics nobody else makes",
    "messaging/letter_models.py": "the condition of an index, as in every module of tables",
    "core/tenancy.py": "tells PostgreSQL which organisation this is",
    "core/bulk.py": "many rows and ids in one statement, each database in its own way",
    "core/migrations/env.py": "foreign keys off while tables are copied",
    "core/migrations/guards.py": "row-level security and triggers",
}
ROOMS = ("core/", "invoices/", "links/", "messaging/", "reactions/", "dunning/")
OPENS_TRANSACTIONS = {
    "messaging/asking.py": "keeps what the provider's list said about one message before the next is asked",
    "messaging/delivery.py": "keeps what it is about to do before it does it",
    "messaging/printing.py": "keeps which letters lie in a PDF before it is made",
    "messaging/settlement.py": "keeps what came of it at once",
}
# A savepoint (`begin_nested`) ends with its block and is no end of anything.
ENDS = re.compile(r"\.(commit|begin|rollback|begin_transaction)$")
WORKS_ON_A_BARE_CONNECTION = {"core/migrations/env.py": "Alembic's own transaction around each migration"}
ELSEWHERE = re.compile(
    "|".join(("/wo" + "rk/", "/tmp/" + "brief", "py" + "pi.org", "python" + "hosted", "registry.n" + "pmjs"))
)
TEXTS = (".py", ".html", ".txt", ".md", ".toml", ".css", ".js", ".po", ".ini", ".cfg", ".yml", "")


def test_only_one_module_reads_the_clock_of_the_machine() -> None:
    readers = [name_of(path) for path in modules() if calls_of(path) & CLOCKS]
    assert readers == ["core/clock.py"]


def test_rooms_are_handed_the_moment() -> None:
    readers = [
        name_of(path)
        for path in modules()
        if ("core.clock.now" in imports_of(path) or calls_of(path) & {"clock.now", "core.clock.now"})
        and not name_of(path).startswith(MAY_READ_THE_CLOCK)
    ]
    assert readers == []


def test_nothing_is_drawn_from_predictable_dice() -> None:
    assert [name_of(path) for path in modules() if "random" in imports_of(path)] == []


def test_no_text_is_marked_as_safe_unread() -> None:
    marking = {name_of(path) for path in modules() if any("Markup" in call for call in calls_of(path))}
    templates = {
        name_of(path) for path in files(".html") if re.search(r"\|\s*safe\b|autoescape", path.read_text())
    }
    assert marking | templates == set(MARKS_AS_SAFE)


def test_sql_is_written_by_hand_in_few_places() -> None:
    writing = {
        name_of(path)
        for path in modules()
        if (imports_of(path) & HANDWRITTEN and path.stem != "models")
        or any(
            call.endswith((".exec_driver_sql", ".__table__", "sa.text", "op.execute"))
            for call in calls_of(path)
        )
        if "migrations/versions" not in name_of(path)
    }
    assert writing - set(WRITES_SQL) == set()


def test_rooms_do_not_begin_or_end_transactions() -> None:
    rooms = {
        path
        for path in modules()
        if name_of(path).startswith(ROOMS)
        and not name_of(path).startswith("core/web/")
        and name_of(path) != "core/transaction.py"
    }
    asking = {name_of(path) for path in rooms if "core.transaction" in imports_of(path)}
    ending = {name_of(path) for path in rooms if any(ENDS.search(call) for call in calls_of(path))}
    assert asking == set(OPENS_TRANSACTIONS)
    assert ending - set(WORKS_ON_A_BARE_CONNECTION) == set()


def test_nothing_names_a_place_outside_the_project() -> None:
    named = [
        f"{name_of(path)}: {found.group()}"
        for path in files()
        if path.suffix in TEXTS and (found := ELSEWHERE.search(path.read_text(errors="replace")))
    ]
    assert named == []
