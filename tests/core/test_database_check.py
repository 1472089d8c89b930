"""Whether the database is fit for use: asked often, by machines that watch."""

import pytest
from alembic.script import ScriptDirectory
from flask_sqlalchemy.session import Session
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import scoped_session

from core import database_check


def test_a_migrated_database_is_ready_and_the_migrations_are_read_once(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database_check.is_ready()

    def read_again(_folder: str) -> None:
        raise AssertionError("The migrations were read again.")

    monkeypatch.setattr(database_check, "ScriptDirectory", read_again)
    assert database_check.is_ready()
    assert database_check.newest_revision() == _head()


def test_an_error_of_the_database_does_not_repeat_what_the_statement_was_given(
    session: scoped_session[Session],
) -> None:
    with pytest.raises(DBAPIError) as error:
        session.execute(text("SELECT :name FROM nowhere"), {"name": "Sanne de Wit"})
    session.rollback()
    assert "nowhere" in str(error.value)
    assert "Sanne" not in str(error.value)


def _head() -> str | None:
    return ScriptDirectory(str(database_check.MIGRATIONS)).get_current_head()
