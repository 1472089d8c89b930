"""Fair between organisations, requests before reminders, and rates that hold over all workers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.database import db
from core.organisations.models import Organisation
from invoices.models import Channel, Debtor
from messaging import delivery, paces
from messaging.models import Message, MessageState, SendingPace
from messaging.queueing import queue
from messaging.rates import Rates
from tests import factories
from tests.factories import NOW
from tests.messaging.outbox import Interrupted, Outbox

MINUTE = timedelta(minutes=1)


def write_many(
    outbox: Outbox, owner: Organisation, number: int, *, domain: str = "", **changes: Any
) -> list[Message]:
    """Queue so many answers of an organisation to one of its debtors, at addresses of their own."""
    debtor: Debtor = factories.debtor(owner)
    values: list[dict[str, Any]] = [
        {
            "organisation_id": owner.id,
            "dedupe_key": f"{owner.id}:{domain}:{one}:{changes}",
            "event": "action_closed",
            "channel": Channel.EMAIL,
            "language": "nl",
            "recipient": f"{owner.name.lower()}{one}@{domain or 'mail.example'}",
            "values": {"reference": "R-4K7WQ2", "answer_text": "Klopt."},
            "now": outbox.now,
            "debtor_id": debtor.id,
        }
        | changes
        for one in range(number)
    ]
    return [queue(**each) for each in values]


@pytest.fixture
def beta(outbox: Outbox) -> Organisation:
    """Another organisation."""
    return factories.organisation(name="Beta")


def test_a_single_link_leaves_in_the_first_round_beside_another_organisations_many(
    outbox: Outbox, beta: Organisation
) -> None:
    write_many(outbox, outbox.organisation, 300)
    (asked,) = write_many(outbox, beta, 1)
    db.session.commit()
    assert outbox.deliver() == {"sent": 50}
    assert outbox.fresh(asked).state is MessageState.SENT


def test_a_round_is_shared_evenly_and_never_left_half_empty(outbox: Outbox, beta: Organisation) -> None:
    gamma = factories.organisation(name="Gamma")
    for owner, number in ((outbox.organisation, 60), (beta, 60), (gamma, 4)):
        write_many(outbox, owner, number)
    db.session.commit()
    for _ in range(3):
        assert outbox.deliver(limit=20) == {"sent": 20}
    sent = {
        owner: sum(r.startswith(owner) for r in outbox.recipients()) for owner in ("volt", "beta", "gamma")
    }
    assert sent["gamma"] == 4
    assert abs(sent["volt"] - sent["beta"]) <= 3
    while outbox.deliver():
        pass
    assert len(outbox.recipients()) == 124


def test_what_debtors_asked_for_leaves_before_reminders_that_were_due_earlier(outbox: Outbox) -> None:
    for _ in range(4):
        outbox.write()
    outbox.pass_by(hours=2)
    asked = outbox.write(event="invoice_link", is_collection=False)
    assert outbox.deliver(limit=1) == {"sent": 1}
    assert outbox.fresh(asked).state is MessageState.SENT


def test_on_a_slow_line_a_round_ends_and_the_rest_goes_back(outbox: Outbox) -> None:
    messages = [outbox.write() for _ in range(3)]
    slow = Interrupted(outbox.mail(), after_gate=lambda: outbox.pass_by(seconds=4))
    assert outbox.deliver(mail=lambda: slow) == {"sent": 1}
    assert [outbox.fresh(one).attempt for one in messages] == [1, 0, 0]
    assert timedelta(seconds=5) >= delivery.ROUND
    assert outbox.deliver() == {"sent": 2}


def test_an_organisation_sends_its_rate_and_no_more(outbox: Outbox, beta: Organisation) -> None:
    write_many(outbox, outbox.organisation, 30)
    write_many(outbox, beta, 3)
    db.session.commit()
    rates = Rates(organisation=12)
    assert outbox.deliver(rates=rates) == {"sent": 15}
    assert outbox.deliver(rates=rates) == {}
    outbox.pass_by(seconds=5)
    assert outbox.deliver(rates=rates) == {"sent": 1}
    outbox.pass_by(seconds=60)
    assert outbox.deliver(rates=rates) == {"sent": 12}
    attempts = db.session.scalars(select(Message.attempt).where(Message.state == MessageState.NEW)).all()
    assert attempts == [0] * 5


def test_a_domain_gets_its_rate_and_other_domains_do_not_wait(outbox: Outbox) -> None:
    write_many(outbox, outbox.organisation, 20, domain="Busy.example")
    write_many(outbox, outbox.organisation, 20, domain="quiet.example")
    db.session.commit()
    rates = Rates(domain=20)
    write_many(outbox, factories.organisation(name="Beta"), 3, domain="busy.example")
    db.session.commit()
    assert outbox.deliver(rates=rates) == {"sent": 40}
    assert outbox.deliver(rates=rates) == {}
    waiting = db.session.scalars(select(Message).where(Message.state == MessageState.NEW)).all()
    assert sorted(one.not_before - NOW for one in waiting) == [MINUTE * n / 20 for n in (1, 2, 3)]
    assert {(one.attempt, one.state_reason) for one in waiting} == {(0, "domain_is_busy")}
    outbox.pass_by(seconds=9)
    assert outbox.deliver(rates=rates) == {"sent": 3}


def refuse(outbox: Outbox, number: int) -> None:
    """Have the domain refuse so many messages for what we are."""
    write_many(outbox, outbox.organisation, number, domain="proud.example", now=outbox.now)
    db.session.commit()
    outbox.sink.faults.at_recipient.extend(["550 5.7.1 Not from you"] * number)
    assert outbox.deliver() == {"failed": number}


def test_five_refusals_in_ten_minutes_let_the_domain_rest_and_no_other(outbox: Outbox) -> None:
    refuse(outbox, 4)
    outbox.pass_by(minutes=9)
    refuse(outbox, 1)
    (held,) = write_many(outbox, outbox.organisation, 1, domain="proud.example", dedupe_key="held")
    write_many(outbox, outbox.organisation, 1)
    db.session.commit()
    assert outbox.deliver() == {"sent": 1}
    kept = outbox.fresh(held)
    assert (kept.state, kept.attempt, kept.state_reason) == (MessageState.NEW, 0, "domain_rests")
    outbox.now = kept.not_before - timedelta(seconds=1)
    assert outbox.deliver() == {}
    outbox.now = kept.not_before
    assert outbox.deliver() == {"sent": 1}


def test_five_refusals_in_more_than_ten_minutes_do_not(outbox: Outbox) -> None:
    refuse(outbox, 4)
    outbox.pass_by(minutes=10)
    refuse(outbox, 1)
    write_many(outbox, outbox.organisation, 1, domain="proud.example", dedupe_key="goes")
    db.session.commit()
    assert outbox.deliver() == {"sent": 1}


def test_old_paces_are_forgotten_and_a_resting_domain_is_not(outbox: Outbox) -> None:
    write_many(outbox, outbox.organisation, 1)
    db.session.commit()
    outbox.deliver(rates=Rates(organisation=10, domain=10))
    refuse(outbox, 5)
    outbox.pass_by(hours=24, seconds=7)
    paces.forget_old(now=outbox.now)
    assert db.session.scalars(select(SendingPace.subject)).all() == ["domain:proud.example"]
    outbox.pass_by(hours=2)
    paces.forget_old(now=outbox.now)
    assert db.session.scalars(select(SendingPace.subject)).all() == []
