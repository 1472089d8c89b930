"""The rail's numbers: what waits for somebody, asked in one statement for each page."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from core.database import db
from tests.people import Person


@pytest.fixture
def asked(app: Flask) -> Iterator[list[str]]:
    """The statements that read a table, since the test began or cleared the list."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM" in statement:
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_a_page_asks_who_it_is_for_and_for_all_numbers_at_once(agent: Person, asked: list[str]) -> None:
    agent.open("/desk/account")
    about_sessions = [one for one in asked if "FROM member_sessions" in one]
    assert len(asked) - len(about_sessions) == 1, asked
