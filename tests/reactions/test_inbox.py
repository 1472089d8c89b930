"""The inbox finds what waits: by view, by filter, by words; nothing of anybody else."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core.database import db
from core.prepared import SideBySide
from reactions.models import Action, ActionState
from reactions.operations import actions
from reactions.queries.inbox import Inbox, counts, inbox, neighbours
from reactions.queries.views import NOBODY, View, Wanted
from tests import factories
from tests.reactions.conftest import NOW, Counter


def look(counter: Counter, language: str = "en", now: Any = NOW, **wanted: Any) -> Inbox:
    with counter.scope():
        return inbox(
            organisation_id=counter.organisation.id,
            member_id=counter.member.id,
            wanted=Wanted(**wanted),
            language=language,
            now=now,
        )


def counts_of(counter: Counter, *, today: date = NOW.date()) -> Mapping[str, int]:
    with counter.scope():
        asked = SideBySide(inbox=counts()).ask(
            organisation_id=counter.organisation.id, of_member=counter.member.id, today=today
        )
    return asked["inbox"]


def react(counter: Counter, type_key: str, **values: Any) -> Action:
    return counter.action_of(counter.react(type_key, **values))


def do(counter: Counter, what: str, action: Action, **values: Any) -> None:
    with counter.scope():
        getattr(actions, what)(
            organisation_id=counter.organisation.id,
            action_public_id=action.public_id,
            version=action.version,
            member_id=counter.member.id,
            now=NOW,
            **values,
        )
        db.session.flush()


def keys(found: Inbox) -> list[str]:
    return [row.type_key for row in found.rows]


@pytest.fixture
def busy(counter: Counter) -> dict[str, Action]:
    """Four open actions and a closed one; the complaint is the member's own."""
    made = {key: react(counter, key) for key in ("complaint", "paid", "will_pay", "unknown")}
    do(counter, "assign", made["complaint"], assignee_public_id=counter.member.public_id)
    made["closed"] = react(counter, "complaint", now=NOW - timedelta(days=30))
    do(counter, "close", made["closed"], reason="answered", answer="")
    db.session.commit()
    return made


def test_what_has_to_be_looked_at_first_stands_on_top(counter: Counter, busy: dict[str, Action]) -> None:
    found = look(counter)
    assert keys(found) == ["unknown", "complaint", "paid", "will_pay"]
    assert [row.review_on for row in found.rows] == [
        date(2026, 11, 25),
        date(2026, 11, 27),
        date(2026, 11, 27),
        date(2026, 12, 1),
    ]
    assert (found.total, found.pages) == (4, 1)


def test_a_row_says_all_an_agent_needs_to_choose(counter: Counter, busy: dict[str, Action]) -> None:
    row = next(row for row in look(counter, language="nb").rows if row.type_key == "complaint")
    assert (row.type_name, row.first_choice) == ("Innsigelse", "Het bedrag klopt niet")
    assert (row.debtor_name, row.assignee_name) == (counter.debtor.name, counter.member.name)
    assert row.numbers == tuple(invoice.number for invoice in counter.invoices)
    assert row.amounts == (("EUR", 225000),)
    assert row.state == ActionState.NEW


@pytest.mark.parametrize(
    ("view", "days", "expected"),
    [
        (View.NEEDS_ANSWER, 0, ["unknown", "complaint", "paid", "will_pay"]),
        (View.MINE, 0, ["complaint"]),
        (View.UNASSIGNED, 0, ["unknown", "paid", "will_pay"]),
        (View.OVERDUE, 5, []),
        (View.OVERDUE, 6, ["unknown"]),
        (View.PROMISES_DUE, 6, []),
        (View.PROMISES_DUE, 7, ["will_pay"]),
        (View.CLOSED, 0, ["complaint"]),
    ],
)
def test_each_view_shows_its_own_and_counts_it(
    counter: Counter, busy: dict[str, Action], view: View, days: int, expected: list[str]
) -> None:
    found = look(counter, view=view, now=NOW + timedelta(days=days))
    assert keys(found) == expected
    counted = counts_of(counter, today=NOW.date() + timedelta(days=days))
    assert counted.get(view, 1) == len(expected)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"type_key": "paid"}, ["paid"]),
        ({"type_key": "nonsense"}, []),
        ({"state": ActionState.IN_PROGRESS}, []),
        ({"assignee": NOBODY}, ["unknown", "paid", "will_pay"]),
        ({"assignee": "nonsense"}, []),
        ({"view": View.CLOSED, "within_days": 29}, []),
        ({"view": View.CLOSED, "within_days": 30}, ["complaint"]),
        ({"page": 99}, ["unknown", "complaint", "paid", "will_pay"]),
        ({"page": -1}, ["unknown", "complaint", "paid", "will_pay"]),
        ({"search": "\0"}, ["unknown", "complaint", "paid", "will_pay"]),
    ],
)
def test_filters_narrow_a_view(
    counter: Counter, busy: dict[str, Action], wanted: dict[str, Any], expected: list[str]
) -> None:
    assert keys(look(counter, **wanted)) == expected


def test_the_search_takes_percent_and_underscore_as_they_are(counter: Counter) -> None:
    odd = factories.company(counter.organisation, company_name="50%_\\korting", sort_name="50%_\\korting")
    invoice = factories.invoice(odd, counter.creditor)
    action = react(counter, "complaint", about=[invoice], debtor=odd)
    react(counter, "unknown")
    for text in (
        "50%",
        "%_\\",
        "KORTING",
        odd.customer_number,
        invoice.number,
        look(counter).rows[0].reference[2:],
    ):
        assert look(counter, search=text).total == 1, text
    assert [row.public_id for row in look(counter, search="50%").rows] == [action.public_id]
    for text in ("%", "_"):
        assert [row.public_id for row in look(counter, search=text).rows] == [action.public_id], text
    assert look(counter, search="kor_ing").total == 0


def test_what_somebody_left_behind_is_nobodys(counter: Counter, busy: dict[str, Action]) -> None:
    nobodys = ({"view": View.UNASSIGNED}, {"assignee": NOBODY})
    gone = factories.member(counter.organisation)
    do(counter, "assign", busy["paid"], assignee_public_id=gone.public_id)
    for wanted in nobodys:
        assert keys(look(counter, **wanted)) == ["unknown", "will_pay"]
    with counter.scope():
        gone.active = False
        db.session.commit()
    for wanted in nobodys:
        assert keys(look(counter, **wanted)) == ["unknown", "paid", "will_pay"]
    assert counts_of(counter)[View.UNASSIGNED] == 3


def test_types_are_counted_for_the_filter(counter: Counter, busy: dict[str, Action]) -> None:
    assert look(counter).type_counts == {"complaint": 1, "paid": 1, "will_pay": 1, "unknown": 1}


def test_the_neighbours_are_those_of_the_list(counter: Counter, busy: dict[str, Action]) -> None:
    order = [row.public_id for row in look(counter).rows]

    def beside(public_id: str, **wanted: Any) -> Any:
        with counter.scope():
            return neighbours(
                organisation_id=counter.organisation.id,
                action_public_id=public_id,
                member_id=counter.member.id,
                wanted=Wanted(**wanted),
                now=NOW,
            )

    found = [beside(public_id) for public_id in order]
    assert [(one.previous, one.next, one.place, one.total) for one in found] == [
        (None, order[1], 1, 4),
        (order[0], order[2], 2, 4),
        (order[1], order[3], 3, 4),
        (order[2], None, 4, 4),
    ]
    assert beside(busy["closed"].public_id) is None
    assert beside(busy["complaint"].public_id, view=View.MINE).total == 1


@pytest.mark.usefixtures("patient")
def test_pages_follow_each_other_without_loss(counter: Counter) -> None:
    made = {react(counter, "unknown").public_id for _ in range(53)}
    first, second = look(counter), look(counter, page=2)
    assert (len(first.rows), len(second.rows), first.pages) == (50, 3, 2)
    assert {row.public_id for row in (*first.rows, *second.rows)} == made


def test_nothing_of_another_organisation_is_listed_or_counted(
    counter: Counter, other_counter: Counter
) -> None:
    react(other_counter, "complaint")
    found = look(counter)
    assert (found.rows, found.total, found.type_counts) == ((), 0, {})
    assert set(counts_of(counter).values()) == {0}


def test_the_inbox_takes_few_statements_whatever_it_holds(
    counter: Counter, busy: dict[str, Action], statements: list[str]
) -> None:
    with counter.scope():
        db.session.execute(update(Action).values(assignee_id=counter.member.id))
    statements.clear()
    look(counter)
    assert len([statement for statement in statements if "FROM" in statement]) <= 8


def test_counts_alone_take_one_statement(
    counter: Counter, busy: dict[str, Action], statements: list[str]
) -> None:
    statements.clear()
    assert counts_of(counter)[View.NEEDS_ANSWER] == 4
    assert len([statement for statement in statements if "FROM" in statement]) == 1
