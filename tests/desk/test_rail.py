"""What each page of the desk asks before its own questions: who it is for, and the numbers on its rail."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask, before_render_template
from sqlalchemy import event

from core.database import db
from tests.people import Person
from tests.visitor import Visitor


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


@pytest.fixture
def happenings(app: Flask) -> Iterator[list[str]]:
    """When transactions begin and end and when a page is written, since the test began."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    noted = {name: partial(_note, seen, name) for name in ("begin", "commit", "rollback")}
    for name, note in noted.items():
        event.listen(engine, name, note)
    with before_render_template.connected_to(partial(_note, seen, "page"), app):
        yield seen
    for name, note in noted.items():
        event.remove(engine, name, note)


def _note(seen: list[str], what: str, *_rest: object, **_more: object) -> None:
    seen.append(what)


def test_a_page_asks_who_it_is_for_and_for_all_numbers_at_once(agent: Person, asked: list[str]) -> None:
    agent.open("/desk/account")
    about_sessions = [one for one in asked if "FROM member_sessions" in one]
    assert len(asked) - len(about_sessions) == 1, asked


def test_a_page_is_read_in_one_transaction(agent: Person, happenings: list[str]) -> None:
    agent.open("/desk/account")
    assert happenings == ["begin", "page", "rollback"]


def test_what_was_read_for_a_session_that_is_none_ends_before_the_page(
    app: Flask, happenings: list[str]
) -> None:
    """It was read across organisations: nothing else is."""
    stranger = Visitor(app)
    stranger.client.set_cookie("desk", "of-nobody", domain="localhost")
    assert stranger.open("/desk/sign-in").heading == "Sign in"
    assert happenings == ["begin", "rollback", "page"]
