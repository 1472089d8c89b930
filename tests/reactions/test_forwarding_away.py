"""Systems that are away, slow, silent, broken or untrusted hold up nobody else, and lose nothing."""

import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from flask import Flask

from collections_portal import forwarding
from core.transaction import DatabaseBusy
from reactions.forwarding import body, queueing
from reactions.forwarding.models import ForwardingState
from reactions.forwarding.queueing import KEEPS_TRYING, LEASE
from tests.fakes.receiver import Receiver, receiver
from tests.house.code import ROOT
from tests.reactions.conftest import NOW, Counter
from tests.reactions.forwarded import begin, forward, react, reasons, stored

WAITING, DELIVERED, GIVEN_UP = ForwardingState


def test_a_system_that_is_away_or_silent_is_told_apart_and_keeps_nobody_else_waiting(
    app: Flask, counter: Counter, other_counter: Counter, system: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "ANSWERED_IN", 0.3)
    go_on = threading.Event()
    with receiver() as silent:
        silent.before_answer = lambda: go_on.wait(timeout=20)
        begin(counter, silent.url)
        for _ in range(3):
            react(counter)
        begin(other_counter, system.url)
        react(other_counter)
        assert forward(app) == 1
        assert len(silent.came) == 1
        go_on.set()
    assert reasons(counter) == ["timeout", "", ""]
    assert forward(app, NOW + LEASE) == 0
    assert "no_connection" in reasons(counter)


def continues() -> Iterator[bytes]:
    while True:
        time.sleep(0.01)
        yield b"HTTP/1.1 100 Continue\r\n\r\n"


def bytes_of_a_head() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX: "
    while True:
        time.sleep(0.01)
        yield b"x"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("trickle", [continues, bytes_of_a_head])
def test_an_answer_that_never_ends_is_cut(
    app: Flask,
    counter: Counter,
    system: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    trickle: Callable[[], Iterator[bytes]],
) -> None:
    monkeypatch.setattr(forwarding, "ANSWERED_IN", 0.5)
    begin(counter, system.url)
    react(counter)
    system.trickle = trickle()
    assert forward(app) == 0
    assert reasons(counter) == ["timeout"]


def test_organisations_take_turns(
    app: Flask, counter: Counter, other_counter: Counter, system: Receiver
) -> None:
    begin(counter, system.url.replace("portal", "first"))
    begin(other_counter, system.url.replace("portal", "second"))
    for _ in range(3):
        react(counter)
    react(other_counter)
    assert forward(app) == 4
    came = [posted.path.rpartition("=")[2] for posted in system.came]
    assert came == ["first", "second", "first", "first"]


def test_one_that_is_refused_holds_up_no_other_of_the_same_system(
    app: Flask, counter: Counter, system: Receiver
) -> None:
    begin(counter, system.url)
    for _ in range(3):
        react(counter)

    def refuse_the_first() -> None:
        system.status = 422 if len(system.came) == 1 else 204

    system.before_answer = refuse_the_first
    assert forward(app) == 2
    assert reasons(counter) == ["answered_422", "", ""]


def test_one_that_cannot_be_put_together_holds_up_nobody_and_is_given_up(
    app: Flask, counter: Counter, other_counter: Counter, system: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = counter.organisation.id

    def body_of(claim: queueing.Claim) -> bytes:
        if claim.organisation_id == broken:
            raise KeyError("value")
        return body.body_of(claim)

    monkeypatch.setattr(forwarding, "body_of", body_of)
    for one in (counter, other_counter):
        begin(one, system.url)
        react(one)
    assert forward(app) == 1
    assert reasons(counter) == ["failed"]
    forward(app, NOW + KEEPS_TRYING)
    assert stored(counter).state is GIVEN_UP


def test_a_database_that_is_busy_at_the_end_is_noted_by_the_next_try(
    app: Flask, counter: Counter, system: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settle(*_given: object, **_named: object) -> None:
        raise DatabaseBusy

    begin(counter, system.url)
    react(counter)
    with monkeypatch.context() as busy:
        busy.setattr(forwarding, "settle", settle)
        forward(app)
    assert stored(counter).state is WAITING
    assert forward(app, NOW + LEASE) == 1
    assert len({posted.headers["Portal-Delivery"] for posted in system.came}) == 1


def test_the_key_in_an_address_is_in_no_log(
    app: Flask, counter: Counter, system: Receiver, written: Callable[[], str]
) -> None:
    begin(counter, f"{system.url}&key=SECRET")
    react(counter)
    system.trickle = [b"HTTP/1.1 200 OK\r\nbad header line person@example.org\r\n\r\n"]
    forward(app)
    system.trickle = [b"nonsense SECRET\r\n\r\n"]
    react(counter)
    forward(app)
    assert "SECRET" not in written()
    assert "person@" not in written()


@pytest.mark.parametrize("is_known", [True, False])
def test_only_a_certificate_of_somebody_known_is_trusted(
    app: Flask, counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    authority, known = trustme.CA(), tmp_path / "known.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    (authority if is_known else trustme.CA()).cert_pem.write_to_path(str(known))
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    with receiver(context) as system:
        begin(counter, system.url)
        react(counter)
        assert forward(app) == len(system.came) == int(is_known)
    assert stored(counter).reason == ("" if is_known else "not_trusted")


def test_a_worker_killed_after_the_answer_posts_it_again_with_the_same_id(
    app: Flask, counter: Counter, system: Receiver, database_url: str
) -> None:
    begin(counter, system.url)
    react(counter)
    command = [sys.executable, "-m", "tests.reactions.forwarding_process", database_url]
    worker = subprocess.Popen(command, cwd=ROOT)
    system.before_answer = worker.kill
    assert worker.wait(timeout=120) < 0
    while not system.came:
        time.sleep(0.01)
    one = stored(counter)
    assert (one.state, one.attempt) == (WAITING, 1)
    system.before_answer = lambda: None
    assert forward(app, one.not_before) == 1
    first, second = system.came
    assert first.headers["Portal-Delivery"] == second.headers["Portal-Delivery"]
    assert stored(counter).state is DELIVERED
