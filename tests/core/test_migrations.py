"""Migrations that change rows, on a database of before with such rows in it."""

import itertools
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
from dunning.models import DunningNotice, DunningRun, NoticeState, RunState
from dunning.operations import found_policy
from invoices.models import Channel, ContactPoint, ContactState
from invoices.statements.formats import StatementFormat
from invoices.statements.models import BankLine, BankStatement, LineState
from messaging.queueing import queue
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


def test_0008_finishes_the_runs_of_which_nothing_waits_and_keeps_every_check(
    database: Database, tmp_path: Path
) -> None:
    checks = {"state", "decided_has_moment", "finished_is_confirmed"}
    with empty_place(database.kind, tmp_path / "old") as place:
        migrated(place)
        with place.opened(), writing():
            for state, notice in itertools.product(RunState, NoticeState):
                run_with_notice(state, notice)
        migrated(migrated(place, to="0007", back=True))
        with place.opened(), reading(), tenancy.everywhere():
            unfinished = {
                (run.state, notice)
                for run, notice in db.session.execute(
                    select(DunningRun, DunningNotice.state)
                    .join(DunningNotice, DunningNotice.run_id == DunningRun.id)
                    .where(DunningRun.finished_at.is_(None))
                )
            }
            finished = db.session.scalars(
                select(DunningRun.finished_at).where(DunningRun.finished_at.is_not(None))
            ).all()
            found = inspect(db.session.connection()).get_check_constraints("dunning_runs")
        assert {notice for state, notice in unfinished if state is RunState.CONFIRMED} == {
            NoticeState.PROPOSED
        }
        assert finished == [NOW] * (len(NoticeState) - 1)
        assert {str(check["name"]) for check in found} == {f"ck_dunning_runs_{name}" for name in checks}


def run_with_notice(state: RunState, notice: NoticeState) -> None:
    """Store a run of a policy of its own in this state, with one notice in this state."""
    owner = factories.organisation()
    debtor = factories.debtor(owner)
    policy = found_policy(organisation_id=owner.id)
    is_decided = state in (RunState.CONFIRMED, RunState.DISCARDED)
    run = DunningRun(
        organisation_id=owner.id, policy_id=policy.id, state=state, run_on=NOW.date(), proposed_at=NOW,
        decided_at=NOW if is_decided else None,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    message = None
    if notice is NoticeState.QUEUED:
        message = queue(
            organisation_id=owner.id, now=NOW, dedupe_key="of the run", event="reminder_1",
            channel=Channel.EMAIL, language="nl", recipient="sanne@mail.example", values={},
            debtor_id=debtor.id,
        ).id  # fmt: skip
    db.session.add(
        DunningNotice(
            organisation_id=owner.id, run_id=run.id, debtor_id=debtor.id, message_id=message,
            event="reminder_1", stage_position=1, state=notice,
        )
    )  # fmt: skip
    db.session.flush()


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
