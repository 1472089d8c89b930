"""A statement that is taken in stops what is queued about the invoices it pays."""

from collections.abc import Collection

from core.database import db
from invoices.statements.prospects import prospects_of
from invoices.statements.reading import read_statements
from invoices.statements.taking_in import take_in
from messaging.models import MessageState
from reactions.models import Action, ActionState, CloseReason
from reactions.operations.endings import close_settled
from reactions.operations.founding import found_types
from reactions.operations.submission import submit
from tests.factories import NOW
from tests.invoices.statements.made import Paid, mt940
from tests.messaging.outbox import Outbox

OGM = "+++090/9337/55493+++"


def test_a_message_that_is_queued_is_not_sent_once_a_statement_has_the_money(outbox: Outbox) -> None:
    to = outbox.debtor()
    paid = outbox.invoice(to[0], payment_reference=OGM)
    message = outbox.write(to, about=[paid])
    send_statement(outbox, 125_000)
    assert outbox.deliver() in ({"withheld": 1}, {"suppressed": 1})
    outbox.pass_by(days=1)
    assert outbox.deliver() == {}
    kept = outbox.fresh(message)
    assert (kept.state, kept.state_reason) == (MessageState.SUPPRESSED, "settled")
    assert outbox.sink.received == []


def test_a_part_does_not_stop_the_message_about_the_rest(outbox: Outbox) -> None:
    to = outbox.debtor()
    outbox.write(to, about=[outbox.invoice(to[0], payment_reference=OGM)])
    send_statement(outbox, 100)
    assert outbox.deliver() == {"sent": 1}


def test_promises_and_already_paid_end_with_the_money_and_a_complaint_does_not(outbox: Outbox) -> None:
    found_types(organisation_id=outbox.organisation.id)
    to = outbox.debtor()
    invoice = outbox.invoice(to[0], payment_reference=OGM)
    answers = {
        "paid": {"paid_on-day": "19", "paid_on-month": "11", "paid_on-year": "2026"},
        "will_pay": {"pay_on": "2026-11-27"},
        "complaint": {"reason": "amount", "explanation": "Er klopt iets niet."},
    }
    for type_key, said in answers.items():
        submit(
            organisation_id=outbox.organisation.id,
            debtor_id=to[0].id,
            visit_id=None,
            type_key=type_key,
            invoice_ids=[invoice.id],
            answers=said,
            submission_key=type_key,
            language="nl",
            now=NOW,
        )
    db.session.commit()
    send_statement(outbox, 125_000)
    actions = db.session.query(Action).order_by(Action.id).all()
    assert [(one.state, one.close_reason) for one in actions] == [
        (ActionState.CLOSED, CloseReason.PAID),
        (ActionState.CLOSED, CloseReason.PAID),
        (ActionState.NEW, None),
    ]


def send_statement(outbox: Outbox, amount: int) -> None:
    content, organisation_id = mt940(Paid(amount, reference="090933755493")), outbox.organisation.id

    def close(invoice_ids: Collection[int]) -> None:
        close_settled(organisation_id=organisation_id, invoice_ids=invoice_ids, now=NOW)

    take_in(
        organisation_id=organisation_id,
        member_id=None,
        file_name="november.sta",
        content=content,
        prospects=prospects_of(
            organisation_id=organisation_id,
            statements=read_statements(content, today=NOW.date(), currency="EUR"),
        ),
        now=NOW,
        today=NOW.date(),
        when_settled=close,
    )
    db.session.commit()
