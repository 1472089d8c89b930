"""Logs: one line an event, and no key of a link in any of them, whoever writes."""

import json
import logging
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
import structlog

from tests.serving import Served

TOKEN = "7Hk2PqRs4TuVw6XyZa8BcDe0F"
PASSWORD_TOKEN = "WyJhYmMiLDE3NjU.aR_x-y.Zq0_-bQ"
PATHS = {
    f"/k/{TOKEN}": TOKEN,
    f"https://mijn.voltwerk.nl/k/{TOKEN}?x=1#y": TOKEN,
    f"/desk/reset-password/{PASSWORD_TOKEN}": PASSWORD_TOKEN,
    f"/desk/invitation/{PASSWORD_TOKEN}": PASSWORD_TOKEN,
}


@pytest.mark.parametrize(("path", "key"), PATHS.items(), ids=["path", "address", "reset", "invitation"])
def test_no_key_reaches_a_line_of_ours(written: Callable[[], str], path: str, key: str) -> None:
    log = structlog.get_logger()
    log.info("opened", path=path)
    log.info("opened %s", path)
    log.info("opened", request={"path": path, "all": [path, (path,)]})
    with structlog.contextvars.bound_contextvars(url=path):
        log.warning("looked at")
    try:
        raise ValueError(f"cannot open {path}")
    except ValueError:
        log.exception("failed")
    assert key not in written()
    assert len(written().splitlines()) == 5
    assert "/*" in written()


@pytest.mark.parametrize(("path", "key"), PATHS.items(), ids=["path", "address", "reset", "invitation"])
def test_no_key_reaches_a_line_of_a_library(written: Callable[[], str], path: str, key: str) -> None:
    for name in ("waitress", "werkzeug", "sqlalchemy.engine", "huey"):
        log = logging.getLogger(name)
        log.warning("GET %s HTTP/1.1", path)
        finished = f"Exception while serving {path}"
        log.error(finished)
        try:
            raise RuntimeError(path)
        except RuntimeError:
            log.exception("Exception while serving %s", path)
    assert key not in written()
    assert written().count("/*") >= 16


def test_one_link_has_one_mark_so_that_its_story_can_be_followed(written: Callable[[], str]) -> None:
    log = structlog.get_logger()
    log.info("first", path=f"/k/{TOKEN}")
    log.info("again", path=f"/k/{TOKEN}.")
    log.info("other", path="/k/0000000000000000000000000")
    paths = [json.loads(line)["path"] for line in written().splitlines()]
    assert paths[0] == paths[1] != paths[2]


def test_a_line_is_json_with_its_moment_in_utc(written: Callable[[], str]) -> None:
    structlog.get_logger().info("message", id=7, state="sent")
    (line,) = written().splitlines()
    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {"event": "message", "id": 7, "state": "sent", "level": "info"}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_nobody_writes_a_line_of_the_log_by_what_they_ask_for(written: Callable[[], str], ends: str) -> None:
    forged = f"/desk{ends}" + '{"event": "answered", "status": 200}' + ends
    log = logging.getLogger("flask")
    log.warning("Exception on %s", forged)
    try:
        raise ValueError(forged)
    except ValueError:
        log.exception("failed")
        structlog.get_logger().exception("failed", path=forged)
    events = [json.loads(line)["event"] for line in written().splitlines()]
    assert events == [f"Exception on {forged}", "failed", "failed"]


def test_a_line_of_a_library_is_json_with_its_moment_and_its_traceback(written: Callable[[], str]) -> None:
    try:
        raise RuntimeError("the disk is full")
    except RuntimeError:
        logging.getLogger("waitress").exception("cannot write %s", "it")
    (line,) = written().splitlines()
    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event.pop("exception").endswith("RuntimeError: the disk is full")
    assert event == {"event": "cannot write it", "logger": "waitress", "level": "error"}


def test_asking_for_addresses_that_are_not_there_leaves_none_of_them_in_the_log(
    written: Callable[[], str], served: Served
) -> None:
    for path in (f"/k/{TOKEN}", f"/k/{TOKEN}.", f"/desk/reset-password/{PASSWORD_TOKEN}", "/nowhere/at/all"):
        try:
            urllib.request.urlopen(served.url + path, timeout=10).close()
        except urllib.error.HTTPError as answer:
            answer.close()
    lines = [json.loads(line) for line in written().splitlines() if line.startswith("{")]
    assert len([line for line in lines if line["event"] == "answered"]) == 4
    assert TOKEN not in written()
    assert PASSWORD_TOKEN not in written()
    assert "nowhere" not in written()
