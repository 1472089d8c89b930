"""Connections to PostgreSQL: kept between requests, asked after a rest, begun for an organisation."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import scoped_session

from core import database, tenancy
from core.database import db
from tests import postgres

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def statements(session: scoped_session[Session]) -> Iterator[list[str]]:
    """The SQL statements sent since the test began."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def server_process(session: scoped_session[Session]) -> int:
    """Return which process of the server answers, and hand the connection back."""
    answer: int = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    session.remove()
    return answer


def end_on_the_server(process: int) -> None:
    """End a connection from the other side, as a restart does."""
    address = postgres.administrator_url().render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))


def test_a_connection_is_kept_for_the_next_request(session: scoped_session[Session]) -> None:
    assert server_process(session) == server_process(session)


def test_a_connection_that_ended_while_it_rested_is_replaced(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = server_process(session)
    end_on_the_server(before)
    monkeypatch.setattr(database, "RESTED_SECONDS", 0)
    assert server_process(session) != before


def test_a_transaction_begins_for_its_organisation_in_one_message(
    session: scoped_session[Session], statements: list[str]
) -> None:
    with tenancy.everywhere():
        who = session.execute(text("SELECT current_setting('app.organisation')")).scalar_one()
    assert who == tenancy.EVERYWHERE
    assert statements[0] == "BEGIN; SELECT set_config('app.organisation', 'everywhere', true)"
    assert len(statements) == 3  # ... the question, and that the scope has ended


def test_what_was_not_committed_is_gone_when_the_connection_is_handed_back(
    session: scoped_session[Session],
) -> None:
    with tenancy.everywhere():
        session.execute(text("SELECT set_config('app.mark', 'left', false)"))
        process = server_process(session)
        assert server_process(session) == process
        assert not session.execute(text("SELECT current_setting('app.mark', true)")).scalar_one()


def test_statements_stay_prepared_over_requests_that_only_read(session: scoped_session[Session]) -> None:
    process = server_process(session)
    for _ in range(10):
        assert server_process(session) == process
    prepared = text(
        "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE :what"
    )
    asked = session.execute(prepared, {"what": "SELECT pg_backend_pid()"}).scalar_one()
    assert asked >= 5


def test_a_connection_that_breaks_inside_a_transaction_is_replaced(session: scoped_session[Session]) -> None:
    before = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    end_on_the_server(before)
    with pytest.raises(OperationalError):
        session.remove()
    assert server_process(session) != before
