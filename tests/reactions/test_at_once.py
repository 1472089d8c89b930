"""Several at once: one form posted four times, two members on one action, money against a member."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import tenancy, transaction
from core.database import db
from invoices.models import Exemption, Invoice
from invoices.operations import record_payment
from invoices.settlements import SettlementGone
from invoices.taking_back import take_back
from messaging.models import Message
from reactions.models import Action, ActionState, Reaction
from reactions.operations import actions
from reactions.operations.endings import close_settled
from reactions.operations.holding import ActionAlreadyClosed, ActionChangedMeanwhile, ActionOvertaken
from tests import factories
from tests.at_once import at_once as together
from tests.reactions.conftest import NOW, Counter

FORMS = 50
ROUNDS = 50


def at_once(app: Flask, organisation_id: int, jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run each job in a transaction of its own, all together; return results or refusals."""

    def run(job: Callable[[], Any]) -> Any:
        try:
            with tenancy.scope(organisation_id), transaction.writing():
                return job()
        except ActionOvertaken as overtaken:
            return overtaken

    return together(app, *(partial(run, job) for job in jobs))


@pytest.mark.usefixtures("patient")
def test_one_form_posted_four_times_at_once_is_one_reaction(app: Flask, counter: Counter) -> None:
    for number in range(FORMS):

        def post(key: str = f"form-{number}") -> str:
            return counter.react("complaint", key=key).reference

        references = at_once(app, counter.organisation.id, [post] * 4)
        assert len(set(references)) == 1
    with counter.scope():
        rows = {
            table: db.session.scalar(select(func.count(table.id)))
            for table in (Reaction, Action, Message, Exemption)
        }
    assert rows == {Reaction: FORMS, Action: FORMS, Message: FORMS, Exemption: 2 * FORMS}


def attempt(counter: Counter, action: Action, what: str, member_id: int, words: str) -> Callable[[], Any]:
    """Return the job of one member who writes `words`, with the version both have seen."""
    seen: dict[str, Any] = {
        "organisation_id": counter.organisation.id,
        "action_public_id": action.public_id,
        "version": action.version,
        "member_id": member_id,
        "now": NOW,
    }
    forms: dict[str, dict[str, Any]] = {
        "close": {"reason": "answered", "answer": words},
        "note": {"text": words},
        "change": {
            "type_key": "unknown",
            "exempts": False,
            "amount_disputed": None,
            "promised_on": None,
            "review_on": None,
            "note": words,
        },
    }

    def job() -> str:
        getattr(actions, what)(**seen, **forms[what])
        return words

    return job


PAIRS = (("close", "close"), ("change", "close"), ("change", "change"), ("note", "close"), ("change", "note"))


@pytest.mark.usefixtures("patient")
def test_two_members_on_one_action_never_overwrite_each_other(app: Flask, counter: Counter) -> None:
    members = [factories.member(counter.organisation, name=name) for name in ("Noor", "Ole")]
    db.session.commit()
    for number in range(ROUNDS):
        action = counter.action_of(counter.react("complaint", about=counter.invoices[:1]))
        db.session.commit()
        pair = PAIRS[number % len(PAIRS)]
        words = [f"{member.name} {number}" for member in members]
        jobs = [attempt(counter, action, pair[i], members[i].id, words[i]) for i in (0, 1)]
        results = at_once(app, counter.organisation.id, jobs)
        assert_one_was_first(counter, action, pair, words, results)


def assert_one_was_first(
    counter: Counter, action: Action, pair: tuple[str, str], words: list[str], results: list[Any]
) -> None:
    """One member's words are stored; the other was told, with their own words and the colleague's name."""
    beaten = [result for result in results if isinstance(result, ActionOvertaken)]
    assert len(beaten) == 1, results
    first = next(i for i in (0, 1) if results[i] == words[i])
    loser = beaten[0].beaten
    assert words[1 - first] in loser.tried.values()
    assert loser.by == words[first].split()[0]
    db.session.commit()
    now_is = counter.action_of(Reaction(id=action.reaction_id))
    if pair[first] == "close":
        assert isinstance(beaten[0], ActionAlreadyClosed)
        assert (now_is.state, now_is.answer) == (ActionState.CLOSED, words[first])
    else:
        assert isinstance(beaten[0], ActionChangedMeanwhile)
        assert (now_is.state, now_is.answer) == (ActionState.IN_PROGRESS, "")
    db.session.commit()


@pytest.mark.parametrize("number", range(10))
def test_money_and_a_member_at_once_end_in_one_of_two_orders(
    app: Flask, counter: Counter, number: int
) -> None:
    action = counter.action_of(counter.react("paid"))
    db.session.commit()
    ids, type_id = [invoice.id for invoice in counter.invoices], action.type_id

    def pay() -> str:
        for invoice_id, amount in zip(ids, (125000, 100000), strict=True):
            record_payment(
                organisation_id=counter.organisation.id,
                invoice_id=invoice_id,
                amount=amount,
                paid_on=NOW.date(),
                reference="",
                now=NOW,
                today=NOW.date(),
            )
        close_settled(organisation_id=counter.organisation.id, invoice_ids=ids, now=NOW)
        return "paid"

    member = attempt(counter, action, ("close", "change")[number % 2], counter.member.id, "Dank u")
    paid, other = at_once(app, counter.organisation.id, [pay, member])
    assert paid == "paid"
    now_is = counter.action_of(Reaction(id=action.reaction_id))
    assert now_is.state == ActionState.CLOSED or now_is.type_id != type_id
    assert isinstance(other, ActionAlreadyClosed) == (now_is.close_reason == "paid")
    with counter.scope():
        assert db.session.scalars(select(Exemption).where(Exemption.ended_at.is_(None))).all() == []
    db.session.commit()


def test_a_payment_that_two_take_back_while_a_third_pays_is_taken_back_once(
    app: Flask, counter: Counter
) -> None:
    owner, invoice_id, member_id = counter.organisation.id, counter.invoices[0].id, counter.member.id
    of_it: dict[str, Any] = {"organisation_id": owner, "invoice_id": invoice_id, "now": NOW}

    def pay(amount: int) -> str:
        paid = record_payment(**of_it, amount=amount, paid_on=NOW.date(), reference="", today=NOW.date())
        db.session.flush()
        return paid.public_id

    def undo(public_id: str) -> bool:
        try:
            take_back(**of_it, settlement_public_id=public_id, reason="?", member_id=member_id)
        except SettlementGone:
            return False
        return True

    for number in range(10):
        with counter.scope():
            wrong = pay(100_000 - number)
        db.session.commit()
        twice = [lambda known=wrong: undo(known)] * 2
        *undone, _ = at_once(app, owner, [*twice, lambda: pay(1_000)])
        assert sorted(undone) == [False, True]
    with counter.scope():
        assert db.session.get_one(Invoice, invoice_id, populate_existing=True).amount_open == 115_000
    db.session.commit()
