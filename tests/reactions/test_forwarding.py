"""Reactions forwarded to the organisation's own system, until it says that it took them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.database import db
from core.organisations import restores
from core.transaction import writing
from reactions.forwarding import queueing
from reactions.forwarding.models import ForwardedReaction, ForwardingState, ForwardingTarget
from reactions.forwarding.queueing import KEEPS_TRYING, LEASE, WAITS, NotForwardable, send_again
from reactions.forwarding.targets import AddressRefused, forward_to, stop_forwarding
from reactions.models import Reaction
from tests.at_once import at_once
from tests.fakes.receiver import Receiver
from tests.reactions.conftest import NOW, Counter
from tests.reactions.forwarded import begin, forward, react, stored

WAITING, DELIVERED, GIVEN_UP = ForwardingState


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


def test_a_ring_with_nothing_due_only_asks(
    app: Flask, counter: Counter, system: Receiver, statements: list[str]
) -> None:
    begin(counter, system.url)
    react(counter)
    assert forward(app) == 1
    statements.clear()
    assert forward(app) == 0
    (asked,) = [one for one in statements if one != "BEGIN" and "set_config" not in one]
    assert asked.startswith("SELECT forwarded_reactions.id")


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
    owner: dict[str, Any] = {
        "organisation_id": counter.organisation.id,
        "action": action,
        "member_id": counter.member.id,
    }
    system.status = 500

    def again(now: datetime) -> None:
        with counter.scope():
            send_again(**owner, now=now)
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
