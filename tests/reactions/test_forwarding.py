"""Reactions forwarded to the organisation's own system, until it says that it took them."""

import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import trustme
from flask import Flask
from sqlalchemy import select

from collections_portal import forwarding
from collections_portal.forwarding import forward_reactions
from core import tenancy
from core.database import db
from core.organisations import restores
from core.transaction import DatabaseBusy, writing
from reactions.forwarding import body, queueing
from reactions.forwarding.models import ForwardedReaction, ForwardingState, ForwardingTarget
from reactions.forwarding.queueing import KEEPS_TRYING, LEASE, WAITS, NotForwardable, send_again
from reactions.forwarding.targets import AddressRefused, forward_to, stop_forwarding
from reactions.models import Reaction
from tests.at_once import at_once
from tests.fakes.receiver import Receiver, receiver
from tests.house.code import ROOT
from tests.reactions.conftest import NOW, Counter

WAITING, DELIVERED, GIVEN_UP = ForwardingState


@pytest.fixture
def system() -> Iterator[Receiver]:
    """A system that takes what it gets."""
    with receiver() as found:
        yield found


def begin(counter: Counter, url: str) -> str:
    """Have the organisation's reactions forwarded there; return the key."""
    with counter.scope():
        secret = forward_to(organisation_id=counter.organisation.id, url=url, now=NOW)
        db.session.commit()
    return secret


def react(counter: Counter, **given: object) -> Reaction:
    reaction = counter.react("complaint", **given)  # type: ignore[arg-type]
    db.session.commit()
    return reaction


def forward(app: Flask, now: datetime = NOW) -> int:
    """Do what the worker does at this moment."""
    db.session.commit()
    return forward_reactions(app, now=lambda: now)


def stored(counter: Counter) -> ForwardedReaction:
    """Return the only one, as the database has it now."""
    with counter.scope():
        return db.session.scalars(select(ForwardedReaction).execution_options(populate_existing=True)).one()


def test_a_reaction_is_posted_once_and_signed(app: Flask, counter: Counter, system: Receiver) -> None:
    secret = begin(counter, system.url)
    reaction = react(counter)
    assert (forward(app), forward(app)) == (1, 0)
    (posted,) = system.came
    assert posted.path == "/reactions?from=portal"
    assert posted.is_signed_with(secret)
    assert not posted.is_signed_with(f"{secret}x")
    one = stored(counter)
    assert (one.state, one.delivered_at, one.attempt) == (DELIVERED, NOW, 1)
    assert posted.headers["Portal-Delivery"] == posted.said["delivery"] == one.public_id
    with counter.scope():
        assert posted.said["reference"] == reaction.reference


def test_it_says_what_was_answered_about_what_and_nothing_else_about_the_debtor(
    app: Flask, counter: Counter, system: Receiver
) -> None:
    begin(counter, system.url)
    reaction = react(counter)
    forward(app)
    with counter.scope():
        expected, private = document_of(counter, reaction)
    assert system.came[0].said == expected
    for word in private:
        assert word not in system.came[0].body.decode()


def document_of(counter: Counter, reaction: Reaction) -> tuple[dict[str, object], list[str]]:
    """Return what is to be posted of it, and words about the debtor that are not."""
    action = counter.action_of(reaction)
    first, second = sorted(counter.invoices, key=lambda invoice: invoice.due_on)
    document: dict[str, object] = {
        "event": "reaction.submitted",
        "delivery": stored(counter).public_id,
        "organisation": counter.organisation.public_id,
        "reference": reaction.reference,
        "reacted_at": NOW.isoformat(),
        "language": "nl",
        "customer_number": counter.debtor.customer_number,
        "action": {
            "id": action.public_id,
            "type": "complaint",
            "code": "KL01",
            "state": "new",
            "exempts": True,
            "promised_on": None,
            "review_on": str(action.review_on),
        },
        "answers": [
            {
                "key": "reason", "kind": "choice", "value": "amount",
                "label": "Waarom bent u het niet eens met de factuur?",
            },
            {
                "key": "explanation", "kind": "long_text", "label": "Wat klopt er niet?",
                "value": "Er klopt iets niet.",
            },
        ],
        "invoices": [
            {
                "number": invoice.number,
                "creditor": counter.creditor.code,
                "currency": "EUR",
                "amount": invoice.amount,
                "amount_open": invoice.amount_open,
                "due_on": str(invoice.due_on),
            }
            for invoice in (first, second)
        ],
    }  # fmt: skip
    return document, [counter.debtor.first_name, counter.debtor.last_name, counter.contact.value]


def test_nothing_is_kept_for_who_has_no_system_of_their_own(
    app: Flask, counter: Counter, other_counter: Counter, system: Receiver
) -> None:
    begin(other_counter, system.url)
    react(counter)
    assert forward(app) == 0
    with tenancy.everywhere():
        assert db.session.scalars(select(ForwardedReaction)).all() == []
    assert system.came == []


def test_a_form_sent_twice_is_forwarded_once(app: Flask, counter: Counter, system: Receiver) -> None:
    begin(counter, system.url)
    reaction = react(counter, key="form")
    assert react(counter, key="form").id == reaction.id
    db.session.rollback()
    assert forward(app) == 1


@pytest.mark.parametrize(
    ("status", "location", "reason"),
    [
        (500, "", "answered_500"),
        (404, "", "answered_404"),
        (301, "http://127.0.0.1:9/", "answered_301"),
        (499, "", "answered_499"),
    ],
)
def test_what_is_no_yes_is_tried_again_with_the_same_id(
    app: Flask, counter: Counter, system: Receiver, status: int, location: str, reason: str
) -> None:
    begin(counter, system.url)
    react(counter)
    system.status, system.location = status, location
    assert forward(app) == 0
    one = stored(counter)
    assert (one.state, one.delivered_at) == (WAITING, None)
    assert one.reason == reason
    assert one.not_before == NOW + WAITS[0]
    assert forward(app, NOW + WAITS[0] - timedelta(seconds=1)) == 0
    system.status, system.location = 200, ""
    assert forward(app, NOW + WAITS[0]) == 1
    assert len({posted.headers["Portal-Delivery"] for posted in system.came}) == 1
    assert (stored(counter).state, stored(counter).reason) == (DELIVERED, "")


def test_it_is_tried_less_and_less_often_and_given_up_after_three_days(
    app: Flask, counter: Counter, system: Receiver
) -> None:
    begin(counter, system.url)
    react(counter)
    system.status, now, waited = 503, NOW, []
    while stored(counter).state is WAITING:
        forward(app, now)
        waited.append(stored(counter).not_before - now)
        now = stored(counter).not_before
    assert tuple(waited[: len(WAITS)]) == WAITS
    assert set(waited[len(WAITS) : -1]) == {WAITS[-1]}
    assert KEEPS_TRYING <= now - LEASE - NOW < KEEPS_TRYING + WAITS[-1]
    assert len(system.came) == len(waited) < 40
    assert forward(app, now + timedelta(days=400)) == 0


def test_it_is_sent_again_only_after_it_was_given_up(app: Flask, counter: Counter, system: Receiver) -> None:
    begin(counter, system.url)
    action = counter.action_of(react(counter))
    owner = {"organisation_id": counter.organisation.id, "action": action, "member_id": counter.member.id}
    system.status = 500

    def again(now: datetime) -> None:
        with counter.scope():
            send_again(**owner, now=now)  # type: ignore[arg-type]
            db.session.commit()

    with pytest.raises(NotForwardable):
        again(NOW)
    for tried_at in (NOW, NOW + KEEPS_TRYING):
        forward(app, tried_at)
    assert stored(counter).state is GIVEN_UP
    system.status, later = 201, NOW + KEEPS_TRYING + timedelta(hours=1)
    again(later)
    assert forward(app, later) == 1
    with pytest.raises(NotForwardable):
        again(later)


def reasons(counter: Counter) -> list[str]:
    """Return why each was not taken, oldest first."""
    with counter.scope():
        found = select(ForwardedReaction.reason).order_by(ForwardedReaction.id)
        return list(db.session.scalars(found))


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


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_is_stored_while_forwarding_is_stopped_is_given_up_too(app: Flask, counter: Counter) -> None:
    begin(counter, "https://credit.example/")
    owner_id = counter.organisation.id

    def stop() -> int:
        with tenancy.scope(owner_id), writing():
            return stop_forwarding(organisation_id=owner_id, now=NOW)

    counter.react("complaint")
    with ThreadPoolExecutor(1) as other:
        stopping = other.submit(at_once, app, stop)
        with pytest.raises(TimeoutError):
            stopping.result(timeout=0.5)
        db.session.commit()
        assert stopping.result(timeout=60) == [1]
    assert (stored(counter).state, stored(counter).reason) == (GIVEN_UP, "stopped")


def test_who_was_too_slow_changes_nothing(app: Flask, counter: Counter, system: Receiver) -> None:
    begin(counter, system.url)
    react(counter)
    with tenancy.everywhere():
        slow = queueing.claim_next(now=NOW, without=())
        db.session.commit()
        assert queueing.claim_next(now=NOW + LEASE - timedelta(seconds=1), without=()) is None
        db.session.commit()
    assert slow is not None
    assert forward(app, NOW + LEASE) == 1
    with counter.scope():
        assert queueing.settle(slow, now=NOW + LEASE, why_not="timeout") is None
        db.session.commit()
    assert stored(counter).state is DELIVERED


def test_after_a_restore_nothing_is_forwarded_before_the_release(
    app: Flask, counter: Counter, system: Receiver
) -> None:
    begin(counter, system.url)
    react(counter)
    with counter.scope():
        restore = restores.hold(organisation_id=counter.organisation.id, backup_at=NOW, now=NOW)
        db.session.commit()
        assert forward(app) == 0
        restore.released_at, restore.released_by_id = NOW, counter.member.id
        db.session.commit()
    assert forward(app) == 1


def test_a_closed_organisation_forwards_nothing(app: Flask, counter: Counter, system: Receiver) -> None:
    begin(counter, system.url)
    react(counter)
    counter.organisation.closed_at = NOW
    assert forward(app) == 0
    assert system.came == []


def test_a_new_key_takes_the_place_of_the_one_before(app: Flask, counter: Counter, system: Receiver) -> None:
    old, new = begin(counter, system.url), begin(counter, system.url)
    react(counter)
    forward(app)
    assert old != new
    assert system.came[0].is_signed_with(new)
    with counter.scope():
        assert len(db.session.scalars(select(ForwardingTarget)).all()) == 1


def test_stopped_it_gives_up_what_waits_and_takes_up_nothing_more(
    app: Flask, counter: Counter, system: Receiver
) -> None:
    begin(counter, system.url)
    action = counter.action_of(react(counter))
    with counter.scope():
        assert stop_forwarding(organisation_id=counter.organisation.id, now=NOW) == 1
        assert stop_forwarding(organisation_id=counter.organisation.id, now=NOW) == 0
        db.session.commit()
    react(counter)
    assert forward(app) == 0
    one = stored(counter)
    assert (one.state, one.reason) == (GIVEN_UP, "stopped")
    with counter.scope(), pytest.raises(NotForwardable):
        send_again(
            organisation_id=counter.organisation.id, action=action, member_id=counter.member.id, now=NOW
        )


@pytest.mark.parametrize(
    "url",
    [
        "", "http://credit.example/", "ftp://credit.example/", "https://", "https:///path", "credit.example",
        "https://name:word@credit.example/", "https://credit.example/#part", "https://credit.example:x/",
        "https://credit.example/\r\nX: y", "https://credit.example/a b", "https://krediet€.example/",
        "file:///etc/passwd", "https://credit.example/" + "a" * 500, "http://10.0.0.1/", "https://[::1",
        "https://credit.example:0/",
    ],
)  # fmt: skip
def test_an_address_that_is_not_safe_is_refused(counter: Counter, url: str) -> None:
    with counter.scope(), pytest.raises(AddressRefused):
        forward_to(organisation_id=counter.organisation.id, url=url, now=NOW)


@pytest.mark.parametrize(
    "url", ["https://credit.example/in?x=1", "https://credit.example:8443", "http://[::1]:80/"]
)
def test_an_address_that_is_safe_is_kept(counter: Counter, url: str) -> None:
    begin(counter, url)
    with counter.scope():
        assert db.session.scalars(select(ForwardingTarget.url)).one() == url


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
