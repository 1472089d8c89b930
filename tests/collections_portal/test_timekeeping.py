"""The clock that all machines of one database go by."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from collections_portal.timekeeping import Timekeeper
from core import clock, server_clock
from tests.databases import Database
from tests.factories import NOW

DAY, SOON = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _own_clock_again() -> Iterator[None]:
    yield
    clock.agree(shared=NOW, shown=NOW)


def test_seconds_are_no_difference() -> None:
    assert clock.agree(shared=NOW, shown=NOW - clock.TOLERANCE) == timedelta()
    assert clock.agree(shared=NOW, shown=NOW - timedelta(minutes=1)) == timedelta(minutes=1)


@pytest.fixture(params=[DAY, -DAY], ids=["fast", "slow"])
def wrong_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "of_machine", lambda: datetime.now(UTC) + request.param)


@pytest.mark.usefixtures("wrong_clock")
def test_a_wrong_clock_is_set_by_the_servers(app: Flask, database: Database) -> None:
    Timekeeper(app)
    with app.app_context():
        found = server_clock.compare()
    if database.kind == "sqlite":
        # There is no server: all processes are on this machine.
        assert found is None
        assert abs(clock.now() - clock.of_machine()) < SOON
    else:
        assert found is not None
        assert abs(clock.now() - found.shared) < SOON


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_server_that_takes_long_to_say_tells_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = iter([NOW, NOW + timedelta(seconds=3)])
    monkeypatch.setattr(clock, "of_machine", lambda: next(shown))
    with app.app_context():
        assert server_clock.compare() is None


def test_without_an_answer_the_clock_stays_as_it_was(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    timekeeper = Timekeeper(app)
    clock.agree(shared=NOW, shown=NOW - DAY)

    def away() -> None:
        raise OperationalError("SELECT", {}, OSError())

    monkeypatch.setattr(server_clock, "compare", away)
    timekeeper.look()
    assert clock.now() - clock.of_machine() > DAY - SOON
    assert "clock not compared" in capsys.readouterr().out
