"""What a debtor reads of reactions already given: the status with each invoice, and the receipt."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.database import db
from invoices.queries import why_not_dun
from messaging.models import Message, MessageState
from reactions.models import Action
from reactions.operations.actions import change
from reactions.queries.given import ReactionUnknown, Receipt, reaction_for_receipt
from reactions.queries.listed import ListedInvoice, listed_invoices_of
from tests import factories
from tests.reactions.conftest import NOW, Counter


def statuses(counter: Counter, language: str = "nl") -> dict[int, ListedInvoice]:
    with counter.scope():
        listed = listed_invoices_of(
            organisation_id=counter.organisation.id, debtor_id=counter.debtor.id, language=language
        )
    return {invoice.id: invoice for invoice in listed if invoice.reaction_public_id}


def receipt(counter: Counter, public_id: str, debtor_id: int | None = None) -> Receipt:
    with counter.scope():
        return reaction_for_receipt(
            organisation_id=counter.organisation.id,
            debtor_id=debtor_id or counter.debtor.id,
            public_id=public_id,
        )


def test_the_latest_reaction_stands_with_each_invoice(counter: Counter) -> None:
    both = counter.react("complaint")
    second = counter.react("will_pay", about=counter.invoices[1:])
    found = statuses(counter)
    given = [found[invoice.id].reaction_public_id for invoice in counter.invoices]
    assert given == [both.public_id, second.public_id]
    status = found[counter.invoices[0].id]
    assert (status.label, status.type_key) == ("Ik ben het niet eens met de factuur", "complaint")
    assert (status.answer_by, status.state, status.is_exempt) == (date(2026, 11, 27), "new", True)
    assert found[counter.invoices[1].id].promised_on == date(2026, 11, 27)


def test_a_status_speaks_the_visitors_language(counter: Counter) -> None:
    counter.react("complaint")
    assert statuses(counter, "en")[counter.invoices[0].id].label == "I do not agree with the invoice"


def test_an_invoice_without_a_reaction_has_no_status(counter: Counter) -> None:
    counter.react("complaint", about=counter.invoices[:1])
    assert set(statuses(counter)) == {counter.invoices[0].id}


def test_the_members_decision_changes_the_status(counter: Counter) -> None:
    action = counter.action_of(counter.react("complaint"))
    counter.close(action, reason="rejected", answer="Het bedrag klopt.", now=NOW + timedelta(days=1))
    status = statuses(counter)[counter.invoices[0].id]
    assert (status.state, status.close_reason, status.answer) == ("closed", "rejected", "Het bedrag klopt.")
    assert not status.is_exempt


def test_statuses_take_one_statement(counter: Counter, statements: list[str]) -> None:
    for invoice in counter.invoices:
        counter.react("complaint", about=[invoice])
    statements.clear()
    statuses(counter, "nl")
    assert len([statement for statement in statements if "FROM" in statement]) == 1


def dispute(counter: Counter, action: Action, amount: int) -> None:
    """Leave only this much of what the action is about alone."""
    with counter.scope():
        change(
            organisation_id=counter.organisation.id,
            action_public_id=action.public_id,
            version=action.version,
            member_id=counter.member.id,
            type_key="complaint",
            exempts=True,
            amount_disputed=amount,
            promised_on=None,
            review_on=None,
            now=NOW,
        )


def test_a_part_in_dispute_does_not_promise_that_reminders_stay_away(counter: Counter) -> None:
    reaction = counter.react("complaint", about=counter.invoices[:1])
    dispute(counter, counter.action_of(reaction), 100)
    assert not statuses(counter)[counter.invoices[0].id].is_exempt
    assert [invoice.is_exempt for invoice in receipt(counter, reaction.public_id).invoices] == [False]


def test_parts_that_together_are_all_that_is_open_say_what_the_gate_says(counter: Counter) -> None:
    reactions = [counter.react("complaint", about=counter.invoices[:1]) for _ in range(2)]
    invoice_id = counter.invoices[0].id
    for reaction, part, covered in zip(reactions, (75000, 50000), (False, True), strict=True):
        dispute(counter, counter.action_of(reaction), part)
        if not covered:
            dispute(counter, counter.action_of(reactions[1]), 100)
        with counter.scope():
            why = why_not_dun(organisation_id=counter.organisation.id, invoice_ids=[invoice_id])
        shown = [receipt(counter, each.public_id).invoices[0].is_exempt for each in reactions]
        assert statuses(counter)[invoice_id].is_exempt is covered
        assert shown == [covered, covered]
        assert (why[invoice_id] is not None) is covered


def test_a_receipt_says_what_was_told_and_what_was_open_then(counter: Counter) -> None:
    reaction = counter.react("complaint")
    with counter.scope():
        counter.invoices[0].amount_open = 1
        db.session.flush()
    found = receipt(counter, reaction.public_id)
    assert (found.reference, found.answer_by) == (reaction.reference, date(2026, 11, 27))
    assert [(invoice.amount_open, invoice.is_exempt) for invoice in found.invoices] == [
        (125000, True),
        (100000, True),
    ]
    assert [answer["shown"] for answer in found.answers] == ["Het bedrag klopt niet", "Er klopt iets niet."]
    assert found.message_sent


def test_a_receipt_does_not_promise_a_message_that_was_not_queued(counter: Counter) -> None:
    with counter.scope():
        counter.link.contact_point_id = None
        db.session.flush()
    assert not receipt(counter, counter.react("complaint").public_id).message_sent


@pytest.mark.parametrize("state", [MessageState.SUPPRESSED, MessageState.FAILED, MessageState.BOUNCED])
def test_a_receipt_claims_no_message_that_did_not_arrive(counter: Counter, state: MessageState) -> None:
    reaction = counter.react("complaint")
    with counter.scope():
        db.session.scalars(select(Message)).one().state = state
        db.session.flush()
    assert not receipt(counter, reaction.public_id).message_sent


def test_somebody_elses_receipt_does_not_exist(counter: Counter, other_counter: Counter) -> None:
    reaction = counter.react("complaint")
    neighbour = factories.debtor(counter.organisation)
    with pytest.raises(ReactionUnknown):
        receipt(counter, reaction.public_id, neighbour.id)
    with pytest.raises(ReactionUnknown):
        receipt(other_counter, reaction.public_id)
    with pytest.raises(ReactionUnknown):
        receipt(counter, "nonsense")
