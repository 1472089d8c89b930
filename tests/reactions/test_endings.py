"""Actions that end by a rule: invoices paid, promises kept and broken."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.database import db
from invoices.models import Invoice
from invoices.operations import record_payment
from invoices.queries import why_not_dun
from reactions.models import Action, ActionState
from reactions.operations.actions import change
from reactions.operations.endings import break_promises, close_settled
from reactions.queries.actions import action_page
from tests.reactions.conftest import NOW, Counter, tell_what_is_open


def pay(counter: Counter, *invoices: Invoice, amount: int | None = None) -> int:
    """Record money on invoices and let the rule look at them; return how many actions it closed."""
    with counter.scope():
        for invoice in invoices:
            record_payment(
                organisation_id=counter.organisation.id,
                invoice_id=invoice.id,
                amount=amount or invoice.amount_open,
                paid_on=date(2026, 11, 20),
                reference="",
                now=NOW,
                today=date(2026, 11, 20),
            )
        return close_settled(
            organisation_id=counter.organisation.id, invoice_ids=[invoice.id for invoice in invoices], now=NOW
        )


def end_promises(counter: Counter, now: datetime) -> int:
    with counter.scope():
        return break_promises(organisation_id=counter.organisation.id, now=now)


def is_held(counter: Counter, invoice: Invoice) -> bool:
    with counter.scope():
        return (
            why_not_dun(organisation_id=counter.organisation.id, invoice_ids=[invoice.id])[invoice.id]
            is not None
        )


@pytest.mark.parametrize("type_key", ["paid", "will_pay"])
def test_an_action_closes_when_all_its_invoices_are_paid(counter: Counter, type_key: str) -> None:
    reaction = counter.react(type_key)
    assert pay(counter, counter.invoices[0]) == 0
    assert counter.action_of(reaction).state == ActionState.NEW
    assert pay(counter, counter.invoices[1]) == 1
    action = counter.action_of(reaction)
    assert (action.state, action.close_reason, action.closed_by_id) == (ActionState.CLOSED, "paid", None)
    assert pay_nothing(counter) == 0


def pay_nothing(counter: Counter) -> int:
    with counter.scope():
        ids = [invoice.id for invoice in counter.invoices]
        return close_settled(organisation_id=counter.organisation.id, invoice_ids=ids, now=NOW)


def test_a_complaint_stays_open_when_its_invoices_are_paid(counter: Counter) -> None:
    reaction = counter.react("complaint")
    assert pay(counter, *counter.invoices) == 0
    assert counter.action_of(reaction).state == ActionState.NEW


def test_a_promise_breaks_after_its_day_and_two_working_days_of_grace(counter: Counter) -> None:
    reaction = counter.react("will_pay")
    # Friday 27 November, then Monday and Tuesday: until midnight in Amsterdam, an hour earlier in UTC.
    assert end_promises(counter, datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC)) == 0
    assert is_held(counter, counter.invoices[0])
    assert end_promises(counter, datetime(2026, 12, 1, 23, 0, tzinfo=UTC)) == 1
    action = counter.action_of(reaction)
    assert (action.state, action.close_reason) == (ActionState.CLOSED, "promise_broken")
    assert not is_held(counter, counter.invoices[0])
    assert end_promises(counter, datetime(2026, 12, 29, tzinfo=UTC)) == 0


def test_a_promise_does_not_break_before_payments_up_to_its_grace_are_known(counter: Counter) -> None:
    reaction = counter.react("will_pay")
    tuesday = date(2026, 12, 1)
    told(counter, tuesday - timedelta(days=1))
    assert end_promises(counter, NOW + timedelta(days=400)) == 0
    assert is_held(counter, counter.invoices[0])
    told(counter, tuesday)
    assert end_promises(counter, datetime(2026, 12, 2, 9, tzinfo=UTC)) == 1
    assert counter.action_of(reaction).close_reason == "promise_broken"


def told(counter: Counter, on: date) -> None:
    """Import a file that says what is open on this day."""
    with counter.scope():
        tell_what_is_open(counter.organisation, on)


def test_a_promise_about_a_part_is_kept_when_that_part_was_paid(counter: Counter) -> None:
    kept = counter.react("will_pay", {"pay_on": "2026-11-27", "amount": "500"}, about=counter.invoices[:1])
    broken = counter.react("will_pay", {"pay_on": "2026-11-27", "amount": "500"}, about=counter.invoices[1:])
    pay(counter, counter.invoices[0], amount=50000)
    pay(counter, counter.invoices[1], amount=49999)
    assert end_promises(counter, NOW + timedelta(days=20)) == 2
    assert counter.action_of(kept).close_reason == "promise_kept"
    assert counter.action_of(broken).close_reason == "promise_broken"


def test_a_promise_whose_invoices_were_settled_without_a_word_is_paid(counter: Counter) -> None:
    reaction = counter.react("will_pay")
    with counter.scope():
        for invoice in counter.invoices:
            invoice.amount_open = 0
        db.session.flush()
    end_promises(counter, NOW + timedelta(days=20))
    assert counter.action_of(reaction).close_reason == "paid"


def test_a_promise_that_a_member_made_a_complaint_does_not_break(counter: Counter) -> None:
    reaction = counter.react("will_pay")
    action = counter.action_of(reaction)
    with counter.scope():
        change(
            organisation_id=counter.organisation.id,
            action_public_id=action.public_id,
            version=action.version,
            member_id=counter.member.id,
            type_key="complaint",
            exempts=True,
            amount_disputed=None,
            promised_on=None,
            review_on=None,
            now=NOW,
        )
    assert end_promises(counter, NOW + timedelta(days=400)) == 0
    assert is_held(counter, counter.invoices[0])


@pytest.mark.parametrize("type_key", ["complaint", "paid", "unknown"])
def test_no_other_exemption_ends_by_ageing(counter: Counter, type_key: str) -> None:
    counter.react(type_key)
    assert end_promises(counter, NOW + timedelta(days=400)) == 0
    assert all(is_held(counter, invoice) for invoice in counter.invoices)


def test_promises_of_another_organisation_are_left_alone(counter: Counter, other_counter: Counter) -> None:
    reaction = other_counter.react("will_pay")
    assert end_promises(counter, NOW + timedelta(days=20)) == 0
    assert other_counter.action_of(reaction).state == ActionState.NEW


def test_a_rule_that_closes_is_told_as_the_portals_own_doing(counter: Counter) -> None:
    action: Action = counter.action_of(counter.react("will_pay"))
    end_promises(counter, NOW + timedelta(days=20))
    with counter.scope():
        page = action_page(
            organisation_id=counter.organisation.id, action_public_id=action.public_id, language="en"
        )
    assert (page.history[0].what, page.history[0].actor, page.history[0].name) == (
        "action.closed",
        "system",
        None,
    )
