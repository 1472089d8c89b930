"""Invoices that were reacted to more than once: what the debtor reads first, and that nothing is hidden."""

from datetime import UTC, datetime, timedelta

import pytest

from core.database import db
from reactions.models import Action, ActionState, CloseReason, Reaction
from reactions.operations.endings import break_promises, end
from reactions.queries.listed import ListedInvoice, listed_invoices_of
from tests.reactions.conftest import NOW, Counter

BROKEN_AT = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)


def listed(counter: Counter, language: str = "nl") -> list[ListedInvoice]:
    """Return the list as the debtor gets it."""
    with counter.scope():
        return list(
            listed_invoices_of(
                organisation_id=counter.organisation.id, debtor_id=counter.debtor.id, language=language
            )
        )


def shown(counter: Counter) -> tuple[str | None, list[str]]:
    """Return the first invoice's foremost reaction and its others, as public ids."""
    found = next(one for one in listed(counter) if one.id == counter.invoices[0].id)
    return found.reaction_public_id, [other.reaction_public_id for other in found.others]


def answer(counter: Counter, reaction: Reaction, at: datetime) -> None:
    counter.close(counter.action_of(reaction), reason="rejected", answer="Het bedrag klopt.", now=at)


def break_promise(counter: Counter) -> None:
    with counter.scope():
        assert break_promises(organisation_id=counter.organisation.id, now=BROKEN_AT) == 1


def test_a_broken_promise_hides_no_complaint_that_is_looked_into(counter: Counter) -> None:
    complaint = counter.react("complaint")
    promise = counter.react("will_pay", now=NOW + timedelta(hours=1))
    assert shown(counter) == (promise.public_id, [complaint.public_id])
    break_promise(counter)
    assert shown(counter) == (complaint.public_id, [promise.public_id])
    found = listed(counter)[0]
    assert (found.state, found.type_key, found.label) == (
        ActionState.NEW,
        "complaint",
        "Ik ben het niet eens met de factuur",
    )
    (other,) = found.others
    assert (other.close_reason, other.type_key) == ("promise_broken", "will_pay")


@pytest.mark.parametrize(("hours", "answer_is_first"), [(-1, False), (1, True)])
def test_between_an_answer_and_a_broken_promise_the_later_one_is_first(
    counter: Counter, hours: int, answer_is_first: bool
) -> None:
    complaint = counter.react("complaint")
    promise = counter.react("will_pay", now=NOW + timedelta(hours=1))
    break_promise(counter)
    answer(counter, complaint, BROKEN_AT + timedelta(hours=hours))
    ids = [complaint.public_id, promise.public_id]
    assert shown(counter)[0] == ids[0 if answer_is_first else 1]
    assert {shown(counter)[0], *shown(counter)[1]} == set(ids)


def test_a_new_answer_is_read_before_an_older_reaction_that_waits(counter: Counter) -> None:
    complaint = counter.react("complaint")
    promise = counter.react("will_pay", now=NOW + timedelta(hours=1))
    answer(counter, complaint, NOW + timedelta(hours=2))
    assert shown(counter) == (complaint.public_id, [promise.public_id])


def test_a_reaction_to_an_answer_is_read_before_it(counter: Counter) -> None:
    complaint = counter.react("complaint")
    answer(counter, complaint, NOW + timedelta(hours=1))
    again = counter.react("unknown", now=NOW + timedelta(hours=2))
    assert shown(counter) == (again.public_id, [complaint.public_id])


def test_what_a_payment_closed_is_never_first_while_there_is_more(counter: Counter) -> None:
    complaint = counter.react("complaint")
    paid = counter.react("paid", now=NOW + timedelta(hours=1))
    with counter.scope():
        action = db.session.get_one(Action, counter.action_of(paid).id)
        end(action, reason=CloseReason.PAID, now=NOW + timedelta(days=3))
    assert shown(counter) == (complaint.public_id, [paid.public_id])


def test_others_are_listed_newest_first_and_only_with_their_own_invoices(counter: Counter) -> None:
    given = [counter.react("unknown", now=NOW + timedelta(hours=hour)) for hour in range(3)]
    only = counter.react("complaint", about=counter.invoices[1:], now=NOW + timedelta(hours=3))
    first, second = (
        next(one for one in listed(counter) if one.id == invoice.id) for invoice in counter.invoices
    )
    ids = [one.public_id for one in reversed(given)]
    assert [first.reaction_public_id, *(one.reaction_public_id for one in first.others)] == ids
    assert second.reaction_public_id == only.public_id
    assert [one.reaction_public_id for one in second.others] == ids


def test_another_reaction_speaks_the_visitors_language(counter: Counter) -> None:
    counter.react("complaint")
    counter.react("unknown", now=NOW + timedelta(hours=1))
    (other,) = listed(counter, "en")[0].others
    assert other.label == "I do not agree with the invoice"


def test_reactions_of_another_organisation_stay_there(counter: Counter, other_counter: Counter) -> None:
    counter.react("complaint")
    counter.react("unknown")
    other_counter.react("complaint")
    assert [one.others for one in listed(other_counter)] == [(), ()]


@pytest.mark.parametrize(("reactions", "number"), [(0, 1), (1, 1), (2, 2), (5, 2)])
def test_only_who_reacted_twice_costs_one_statement_more(
    counter: Counter, statements: list[str], reactions: int, number: int
) -> None:
    for _ in range(reactions):
        counter.react("unknown")
    statements.clear()
    listed(counter)
    assert len([statement for statement in statements if "FROM" in statement]) == number
