"""Migrations that change rows, on a database of before with such rows in it."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask_sqlalchemy.session import Session
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.database import db
from core.transaction import reading, writing
from invoices.models import Channel, ContactPoint, ContactState
from invoices.statements.formats import StatementFormat
from invoices.statements.models import BankLine, BankStatement, LineState
from messaging.sms_models import OptOut, OptOutSource
from tests import factories
from tests.backups.places import Place, empty_place, migrated
from tests.databases import Database
from tests.factories import NOW


def left_in(place: Place) -> set[str]:
    """Return the names of the tables, indexes, sequences and functions there are, but for Alembic's own."""
    on_sqlite = "SELECT name FROM sqlite_master WHERE tbl_name NOT LIKE 'alembic%'"
    on_postgresql = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    with place.opened(), db.engine.connect() as connection:
        named = connection.execute(text(on_sqlite if connection.dialect.name == "sqlite" else on_postgresql))
        return {name for (name,) in named if not name.startswith("alembic_version")}


def test_the_migrations_make_what_the_models_say_also_after_a_way_back_to_nothing(
    database: Database, tmp_path: Path
) -> None:
    with empty_place(database.kind, tmp_path / "new") as place:
        migrated(migrated(place), to="base", back=True)
        assert left_in(place) == set()
        migrated(place)
        with place.opened(), db.engine.connect() as connection:
            compared = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(compared, db.metadatas[None]) == []


@pytest.mark.parametrize("spelled", [("An@mail.example",), ("An@mail.example", "an@mail.example")])
def test_0005_knows_who_wants_no_messages_in_whatever_letters(
    database: Database, tmp_path: Path, spelled: tuple[str, ...]
) -> None:
    with empty_place(database.kind, tmp_path / "old") as place:
        migrated(place, to="0002")
        with place.opened(), writing():
            here, elsewhere = factories.organisation(), factories.organisation()
            for owner in (here, elsewhere):
                factories.contact_point(factories.debtor(owner), value="AN@mail.example")
            for value in spelled:
                opted_out = {"channel": Channel.EMAIL, "source": OptOutSource.COMPLAINT, "began_at": NOW}
                db.session.add(OptOut(organisation_id=here.id, value=value, **opted_out))
                db.session.flush()
        migrated(place)
        with place.opened(), reading():
            assert db.session.scalars(select(OptOut.value)).all() == ["an@mail.example"]
            states = db.session.scalars(select(ContactPoint.state).order_by(ContactPoint.id)).all()
            assert states == [ContactState.OPTED_OUT, ContactState.USABLE]


def test_0007_keeps_every_check_of_the_tables_it_changes(database: Database, tmp_path: Path) -> None:
    with empty_place(database.kind, tmp_path / "new") as place:
        for to, back in (("0007", False), ("0006", True)):
            migrated(place, to=to, back=back)
            with place.opened(), db.engine.connect() as connection:
                for table, names in {
                    "bank_statements": {"ends_after_begin", "lines_known", "place", "format", "balances"},
                    "opt_outs": {"channel", "number_is_e164", "source"},
                }.items():
                    found = {str(check["name"]) for check in inspect(connection).get_check_constraints(table)}
                    expected = {f"ck_{table}_{name}" for name in names - ({"balances"} if back else set())}
                    assert found == expected


def test_the_way_back_from_0007_keeps_payments_of_tables_and_who_wants_no_messages(
    database: Database, tmp_path: Path
) -> None:
    with empty_place(database.kind, tmp_path / "old") as place:
        migrated(place)
        with place.opened(), writing():
            owner = factories.organisation()
            here = {"organisation_id": owner.id}
            table = BankStatement(
                **here, sha256="0", file_name="bank.csv", place=1, format=StatementFormat.TABLE, account="",
                number="", currency="EUR", begins_on=NOW.date(), ends_on=NOW.date(), created_at=NOW,
            )  # fmt: skip
            db.session.add(table)
            db.session.flush()
            for number in (1, 2):
                line = BankLine(
                    **here, statement_id=table.id, place=number, booked_on=NOW.date(), amount=250,
                    amount_left=250, currency="EUR", fingerprint=str(number), occurrence=1,
                    state=LineState.UNMATCHED,
                )  # fmt: skip
                db.session.add(line)
            opted_out = {"channel": Channel.SMS, "source": OptOutSource.DEBTOR, "began_at": NOW}
            db.session.add(OptOut(**here, value="+31612345678", **opted_out))
        migrated(place, to="0006", back=True)
        with place.opened(), reading():
            kept = text("SELECT format, amount_opening, amount_closing FROM bank_statements")
            assert db.session.execute(kept).all() == [("camt053", 0, 500)]
            assert db.session.execute(text("SELECT source FROM opt_outs")).all() == [("portal",)]


def test_only_a_table_may_lack_its_balances(session: scoped_session[Session]) -> None:
    with tenancy.everywhere():
        statement = BankStatement(
            organisation_id=factories.organisation().id, sha256="0", file_name="a.xml", place=1, account="",
            number="", format=StatementFormat.CAMT053, currency="EUR", begins_on=NOW.date(),
            ends_on=NOW.date(), created_at=NOW,
        )  # fmt: skip
        db.session.add(statement)
        with pytest.raises(IntegrityError):
            db.session.flush()
        session.rollback()
