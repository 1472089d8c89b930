"""What a message costs the database, and one that breaks the writing of the others."""

from sqlalchemy import update

from core.database import db
from messaging.models import Message, MessageState
from tests.dunning.conftest import counted
from tests.messaging.outbox import Outbox

# Held: debtor and invoices, standing, link, handing. Settled: sent, the attempt.
MOST_FOR_ONE = 6


def test_a_message_costs_few_statements_however_many_are_sent(outbox: Outbox) -> None:
    statements_of(outbox, messages=1)
    first = statements_of(outbox, messages=3)
    more = statements_of(outbox, messages=13)
    assert more - first <= 10 * MOST_FOR_ONE


def test_a_message_that_cannot_even_be_written_holds_up_no_other(outbox: Outbox) -> None:
    broken, others = outbox.write(), [outbox.write() for _ in range(3)]
    db.session.execute(update(Message).where(Message.id == broken.id).values(event="no_such_event"))
    db.session.commit()
    assert outbox.deliver() == {"new": 1, "sent": 3}
    kept = outbox.fresh(broken)
    assert (kept.state, kept.attempt) == (MessageState.NEW, 1)
    assert kept.state_reason == "program_error KeyError: 'no_such_event'"
    assert {outbox.fresh(one).state for one in others} == {MessageState.SENT}


def statements_of(outbox: Outbox, *, messages: int) -> int:
    for _ in range(messages):
        outbox.write()
    with counted() as sent:
        assert outbox.deliver() == {"sent": messages}
    return len([statement for statement in sent if not statement.startswith("BEGIN")])
