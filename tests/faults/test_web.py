"""The short tier of web servers and workers that are killed, or asked to end, under load."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.faults.web import end_under_load, kill_web_workers

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.timeout(300),
]


def test_a_server_killed_while_it_saves_leaves_one_reaction_when_the_browser_asks_again(
    make_app: Callable[..., Flask],
) -> None:
    saved = kill_web_workers(make_app(testing=False, proxies=1), kills=30)
    assert saved.wrong == []
    assert saved.statuses == {303}
    # So many of the kills fell into the time between the form and its answer.
    assert saved.cut >= 10


def test_sigterm_cuts_no_answer_and_leaves_no_message_doubtful(database_url: str, tmp_path: Path) -> None:
    closed = end_under_load(database_url, tmp_path, times=5)
    assert (closed.cut, closed.missing, closed.unsettled) == ([], [], 0), closed
    assert {ended.code for ended in closed.endings} == {0}
    assert closed.longest <= 10
    assert closed.reacted > 5
    assert closed.sent > 5
