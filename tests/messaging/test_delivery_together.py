"""Two workers at once, a worker that was too slow, and a reaction against a delivery."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from collections_portal.carriers import link_writer
from core import tenancy, transaction
from core.database import db
from invoices.models import Invoice
from invoices.operations import exempt
from messaging import claims
from messaging.delivery import deliver_due
from messaging.models import Message, MessageAttempt, MessageState
from tests import factories
from tests.at_once import at_once as together
from tests.factories import NOW
from tests.messaging.outbox import Interrupted, Outbox

ROUNDS = 100
STARTED = time.monotonic()
GONE = (MessageState.HANDING, MessageState.SENT)


def at_once(outbox: Outbox, *jobs: Callable[[], object]) -> None:
    """Do these as several workers would, all together."""

    def everywhere(job: Callable[[], object]) -> object:
        with tenancy.everywhere():
            return job()

    together(outbox.app, *(partial(everywhere, job) for job in jobs))


def elsewhere(outbox: Outbox, job: Callable[[], object]) -> None:
    """Do it as another worker would: in a thread and with a database session of its own."""
    at_once(outbox, job)


def claim_due(outbox: Outbox, message: Message, *, owner: str) -> list[claims.Claim]:
    """Take the message as a worker of this name would."""
    return claims.claim_due(
        organisation_id=message.organisation_id,
        channel=message.channel,
        owner=owner,
        limit=1,
        now=outbox.now,
    )


def test_two_workers_hand_each_of_200_messages_over_once(outbox: Outbox) -> None:
    debtor, _ = outbox.debtor()
    about = [outbox.invoice(debtor)]
    with transaction.writing():
        contacts = [
            factories.contact_point(debtor, value=f"sanne{number}@twohundred.example", is_preferred=False)
            for number in range(200)
        ]
    for number, contact in enumerate(contacts):
        outbox.write(
            (debtor, contact),
            about=about,
            event="invoice_link",
            is_collection=False,
            dedupe_key=f"link:{number}",
        )
    worked: Counter[str] = Counter()

    def work(name: str) -> None:
        while done := outbox.deliver(worker=name, limit=20):
            worked[name] += done.get("sent", 0)

    at_once(outbox, lambda: work("one"), lambda: work("two"))
    assert sorted(outbox.recipients()) == sorted(f"sanne{n}@twohundred.example" for n in range(200))
    assert sum(worked.values()) == 200
    assert min(worked["one"], worked["two"]) > 0
    states = select(Message.state, Message.attempt, func.count()).group_by(Message.state, Message.attempt)
    assert [tuple(row) for row in db.session.execute(states)] == [(MessageState.SENT, 1, 200)]
    assert db.session.scalar(select(func.count()).select_from(MessageAttempt)) == 200


def test_a_worker_that_lost_its_lease_hands_nothing_over(outbox: Outbox) -> None:
    message = outbox.write()

    def somebody_else_takes_over() -> None:
        outbox.pass_by(seconds=61)
        elsewhere(outbox, lambda: outbox.deliver(worker="fast"))

    way_out = Interrupted(outbox.mail(), before_gate=somebody_else_takes_over)
    assert outbox.deliver(worker="slow", mail=lambda: way_out) == {"withheld": 1}
    assert len(outbox.sink.received) == 1
    kept = outbox.fresh(message)
    assert (kept.state, kept.attempt) == (MessageState.SENT, 2)
    assert outbox.attempts(message) == [(2, "sent", "")]


def test_a_worker_that_lost_its_lease_changes_nothing(outbox: Outbox) -> None:
    message = outbox.write()
    (late,) = claim_due(outbox, message, owner="late")
    db.session.commit()
    outbox.pass_by(seconds=61)
    outbox.deliver(worker="fast")
    before = [getattr(outbox.fresh(message), column.name) for column in Message.__table__.columns]
    for states in ((MessageState.CLAIMED,), (MessageState.HANDING,), tuple(MessageState)):
        assert not claims.advance(late, only_from=states, state=MessageState.FAILED)
        assert not claims.give_back(late)
    db.session.commit()
    assert [getattr(outbox.fresh(message), column.name) for column in Message.__table__.columns] == before


def test_nobody_takes_what_is_held(outbox: Outbox) -> None:
    message = outbox.write()
    claim_due(outbox, message, owner="one")
    db.session.commit()
    outbox.pass_by(seconds=60)
    assert outbox.deliver(worker="two") == {}
    outbox.pass_by(seconds=1)
    assert outbox.deliver(worker="two") == {"sent": 1}


def test_what_a_dead_worker_was_handing_over_is_doubtful_and_not_sent_again(outbox: Outbox) -> None:
    message = outbox.write()

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    way_out = Interrupted(outbox.mail(), after_gate=die)
    try:
        outbox.deliver(worker="dead", mail=lambda: way_out)
    except Killed:
        db.session.rollback()
    assert outbox.fresh(message).state is MessageState.HANDING
    outbox.pass_by(seconds=61)
    assert outbox.deliver() == {}
    kept = outbox.fresh(message)
    assert (kept.state, kept.state_reason) == (MessageState.UNKNOWN, "worker_lost")
    outbox.pass_by(days=1)
    assert outbox.deliver() == {}
    assert outbox.sink.received == []


def test_an_answer_that_comes_late_still_settles_what_was_doubtful(outbox: Outbox) -> None:
    message = outbox.write()
    seen: list[MessageState] = []

    def think_for_too_long() -> None:
        outbox.pass_by(seconds=61)
        elsewhere(outbox, lambda: outbox.deliver(worker="sweeper"))
        seen.append(outbox.fresh(message).state)

    way_out = Interrupted(outbox.mail(), after_gate=think_for_too_long)
    assert outbox.deliver(worker="slow", mail=lambda: way_out) == {"sent": 1}
    assert seen == [MessageState.UNKNOWN]
    kept = outbox.fresh(message)
    assert (kept.state, kept.claimed_by, kept.state_reason) == (MessageState.SENT, None, "")
    assert len(outbox.sink.received) == 1


def running_clock() -> datetime:
    """Return a moment that passes like the real one, on a day on which messages may leave."""
    return NOW + timedelta(seconds=time.monotonic() - STARTED)


class Race:
    """One round: a message is handed over while an exemption for its only invoice is stored."""

    def __init__(self, outbox: Outbox, wait: float) -> None:
        self.outbox = outbox
        self.wait = wait
        debtor, contact = outbox.debtor()
        self.invoice_id = outbox.invoice(debtor).id
        invoice = db.session.get_one(Invoice, self.invoice_id)
        self.message = outbox.write((debtor, contact), about=(invoice,))
        self.stored_at = NOW
        self.seen: MessageState | None = None

    def deliver(self) -> None:
        """Hand over what is due, by a clock that runs."""
        deliver_due(
            carriers=self.outbox.carriers(),
            links_of=link_writer(self.outbox.app.config["PORTAL"], lambda: NOW),
            clock=running_clock,
            worker=f"worker {self.invoice_id}",
        )

    def exempt(self) -> None:
        """Store an exemption; while its transaction holds the invoice, look whether the message is gone."""
        time.sleep(self.wait)
        with transaction.writing():
            exempt(
                organisation_id=self.outbox.organisation.id,
                invoice_id=self.invoice_id,
                asked_by="action:7",
                reason="complaint",
                now=NOW,
            )
            self.stored_at = running_clock()
            self.seen = db.session.scalar(select(Message.state).where(Message.id == self.message.id))


def test_nothing_is_handed_over_after_an_exemption_was_stored(outbox: Outbox) -> None:
    """The exemption comes later in each round: before the delivery, in each of its steps, after it."""
    arrived_in: list[bool] = []
    for number in range(ROUNDS):
        race = Race(outbox, wait=number % 20 * 0.002)
        if number in (0, ROUNDS - 1):
            # One round of either order for certain, whatever this machine is busy with.
            order = (race.exempt, race.deliver) if number == 0 else (race.deliver, race.exempt)
            for step in order:
                elsewhere(outbox, step)
        else:
            at_once(outbox, race.deliver, race.exempt)
        kept = outbox.fresh(race.message)
        arrived = race.message.recipient in outbox.recipients()
        assert arrived == (race.seen in GONE), (number, race.seen, kept.state)
        assert kept.state is (MessageState.SENT if arrived else MessageState.SUPPRESSED), number
        assert not arrived or (kept.handed_at is not None and kept.handed_at <= race.stored_at), number
        arrived_in.append(arrived)
    assert set(arrived_in) == {True, False}
    assert len(outbox.sink.received) == sum(arrived_in)
