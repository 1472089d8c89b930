"""The promised day moved by a member: how far, what moves along, and when the promise breaks then."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.database import db
from invoices.operations import record_payment
from reactions.models import Action, ActionState, ReactionType
from reactions.operations.actions import change
from reactions.operations.endings import break_promises
from reactions.operations.promising import PromiseDayMissing, PromiseDayOutOfRange
from reactions.promises import broken_from
from reactions.queries.actions import action_page
from reactions.queries.given import reaction_for_receipt
from reactions.queries.listed import listed_invoices_of
from tests.reactions.conftest import NOW, Counter

TODAY = date(2026, 11, 20)
PROMISED = date(2026, 11, 27)
LATER = date(2026, 12, 2)


@pytest.fixture
def promise(counter: Counter) -> Action:
    """Both invoices, promised for 27 November; a promise may lie 14 days ahead."""
    found = counter.action_of(counter.react("will_pay"))
    db.session.commit()
    return found


def move(counter: Counter, action: Action, to: date | None, **changes: Any) -> Action:
    """Change the promised day and nothing else."""
    values: dict[str, Any] = {
        "type_key": "will_pay",
        "exempts": True,
        "amount_disputed": None,
        "review_on": action.review_on,
    }
    with counter.scope():
        return change(
            organisation_id=counter.organisation.id,
            action_public_id=action.public_id,
            version=action.version,
            member_id=counter.member.id,
            promised_on=to,
            **({"now": NOW} | values | changes),
        )


def breaks_at(counter: Counter, now: datetime) -> bool:
    with counter.scope():
        return break_promises(organisation_id=counter.organisation.id, now=now) == 1


def closed(counter: Counter, action: Action) -> str | None:
    """Return why the action ended."""
    with counter.scope():
        return db.session.get_one(Action, action.id, populate_existing=True).close_reason


def at_noon(day: date) -> datetime:
    return NOW + (day - TODAY)


def broken_on(day: date) -> date:
    return broken_from(day=day, country="NL")


def test_a_moved_promise_breaks_after_its_new_day(counter: Counter, promise: Action) -> None:
    move(counter, promise, LATER)
    assert not breaks_at(counter, at_noon(broken_on(PROMISED)))
    assert not breaks_at(counter, at_noon(broken_on(LATER) - timedelta(days=1)))
    assert breaks_at(counter, at_noon(broken_on(LATER)))
    assert closed(counter, promise) == "promise_broken"


def test_the_day_it_is_called_broken_is_the_first_on_which_it_breaks(
    counter: Counter, promise: Action
) -> None:
    assert not breaks_at(counter, at_noon(broken_on(PROMISED) - timedelta(days=1)))
    assert breaks_at(counter, at_noon(broken_on(PROMISED)))


@pytest.mark.parametrize("days", [0, 14])
def test_a_promise_is_moved_as_far_as_its_type_allows(counter: Counter, promise: Action, days: int) -> None:
    assert move(counter, promise, TODAY + timedelta(days=days)).promised_on == TODAY + timedelta(days=days)


@pytest.mark.parametrize("days", [-1, 15, 400])
def test_a_day_too_far_or_past_is_refused(counter: Counter, promise: Action, days: int) -> None:
    with pytest.raises(PromiseDayOutOfRange, match="14 days"):
        move(counter, promise, TODAY + timedelta(days=days))


def test_how_far_is_what_the_organisation_says_now(counter: Counter, promise: Action) -> None:
    with counter.scope():
        db.session.get_one(ReactionType, promise.type_id).promise_days = 30
        db.session.flush()
    assert move(counter, promise, TODAY + timedelta(days=30)).promised_on == TODAY + timedelta(days=30)


def test_a_promise_keeps_a_day(counter: Counter, promise: Action) -> None:
    with pytest.raises(PromiseDayMissing):
        move(counter, promise, None)


def test_a_day_that_has_passed_may_stay_when_something_else_is_changed(
    counter: Counter, promise: Action
) -> None:
    after = at_noon(PROMISED + timedelta(days=1))
    changed = move(counter, promise, PROMISED, note="Gebeld", exempts=False, now=after)
    assert (changed.promised_on, changed.exempts) == (PROMISED, False)


def test_the_day_to_look_at_it_moves_along_unless_it_was_chosen(counter: Counter, promise: Action) -> None:
    assert promise.review_on == date(2026, 12, 1)
    moved = move(counter, promise, LATER)
    assert moved.review_on == date(2026, 12, 4)
    chosen = move(counter, moved, PROMISED, review_on=date(2026, 12, 3))
    assert chosen.review_on == date(2026, 12, 3)
    assert move(counter, chosen, LATER).review_on == date(2026, 12, 3)


def test_a_moved_promise_is_told_with_both_days(counter: Counter, promise: Action) -> None:
    move(counter, promise, LATER)
    with counter.scope():
        page = action_page(
            organisation_id=counter.organisation.id, action_public_id=promise.public_id, language="en"
        )
    assert page.history[0].details["changes"] == {
        "promised_on": ["2026-11-27", "2026-12-02"],
        "review_on": ["2026-12-01", "2026-12-04"],
        "state": ["new", "in_progress"],
    }


def test_the_debtor_reads_the_new_day(counter: Counter, promise: Action) -> None:
    of = {"organisation_id": counter.organisation.id, "debtor_id": counter.debtor.id}
    move(counter, promise, LATER)
    with counter.scope():
        listed = listed_invoices_of(**of, language="nl")
        receipt = reaction_for_receipt(**of, public_id=str(listed[0].reaction_public_id))
    assert {invoice.promised_on for invoice in listed} == {LATER}
    assert receipt.promised_on == LATER


def test_a_moved_promise_about_a_part_is_still_about_that_part(counter: Counter) -> None:
    about = counter.invoices[:1]
    action = counter.action_of(
        counter.react("will_pay", {"pay_on": "2026-11-27", "amount": "500"}, about=about)
    )
    move(counter, action, LATER)
    with counter.scope():
        record_payment(
            organisation_id=counter.organisation.id,
            invoice_id=about[0].id,
            amount=50000,
            paid_on=LATER,
            reference="",
            now=at_noon(LATER),
            today=LATER,
        )
    assert breaks_at(counter, at_noon(broken_on(LATER)))
    assert closed(counter, action) == "promise_kept"


def test_an_action_that_becomes_a_promise_gets_its_day(counter: Counter) -> None:
    action = counter.action_of(counter.react("complaint"))
    with pytest.raises(PromiseDayOutOfRange):
        move(counter, action, TODAY + timedelta(days=15))
    with pytest.raises(PromiseDayMissing):
        move(counter, action, None)
    assert move(counter, action, LATER).promised_on == LATER
    assert breaks_at(counter, at_noon(broken_on(LATER)))


def test_a_type_that_asks_for_no_day_takes_none(counter: Counter) -> None:
    action = counter.action_of(counter.react("complaint"))
    assert move(counter, action, LATER, type_key="complaint").promised_on is None
    assert action.state == ActionState.IN_PROGRESS
