"""Members work on actions: what changes, what is told to whom, and what happens when somebody was faster."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.database import db
from invoices.models import Exemption
from invoices.queries import why_not_dun
from links.models import AccessLink
from links.operations import revoke
from messaging.models import Message
from reactions.models import Action, ActionState
from reactions.operations import actions, exempting
from reactions.operations.holding import ActionAlreadyClosed, ActionChangedMeanwhile
from reactions.queries.actions import ActionUnknown, action_page
from tests import factories
from tests.reactions.conftest import NOW, Counter

LATER = NOW + timedelta(hours=2)
DAYS_AND_PART = ("amount_disputed", "promised_on", "review_on")


@pytest.fixture
def action(counter: Counter) -> Action:
    """A complaint about both invoices."""
    found = counter.action_of(counter.react("complaint"))
    db.session.commit()
    return found


def do(counter: Counter, what: str, action: Action, **values: Any) -> Any:
    """Do it as the member, with the version the member saw unless told."""
    complete: dict[str, Any] = {
        "organisation_id": counter.organisation.id,
        "action_public_id": action.public_id,
        "version": action.version,
        "member_id": counter.member.id,
        "now": LATER,
    } | values
    with counter.scope():
        return getattr(actions, what)(**complete)


def change(counter: Counter, action: Action, **values: Any) -> Any:
    """Change nothing but what is named."""
    now_is = {
        "type_key": "complaint",
        "exempts": True,
        "amount_disputed": None,
        "promised_on": None,
        "review_on": action.review_on,
    }
    return do(counter, "change", action, **(now_is | values))


def dunnable(counter: Counter) -> list[bool]:
    with counter.scope():
        ids = [invoice.id for invoice in counter.invoices]
        reasons = why_not_dun(organisation_id=counter.organisation.id, invoice_ids=ids)
    return [reasons[invoice_id] is None for invoice_id in ids]


def page(counter: Counter, action: Action, language: str = "en") -> Any:
    with counter.scope():
        return action_page(
            organisation_id=counter.organisation.id, action_public_id=action.public_id, language=language
        )


def test_an_exemption_survives_any_jump_of_the_clock(counter: Counter, action: Action) -> None:
    from reactions.operations.endings import break_promises

    with counter.scope():
        assert break_promises(organisation_id=counter.organisation.id, now=NOW + timedelta(days=400)) == 0
    assert dunnable(counter) == [False, False]


def test_closing_ends_the_exemption_and_tells_the_debtor(counter: Counter, action: Action) -> None:
    do(
        counter,
        "close",
        action,
        reason="rejected",
        answer="Het bedrag klopt.\r\nU kunt bellen.",
        note="Gezien",
    )
    db.session.commit()
    closed = page(counter, action)
    assert dunnable(counter) == [True, True]
    assert (closed.action.state, closed.action.close_reason) == (ActionState.CLOSED, "rejected")
    assert (closed.action.closed_at, closed.action.closed_by_id) == (LATER, counter.member.id)
    assert [note.text for note in closed.notes] == ["Gezien"]
    with counter.scope():
        message = db.session.scalars(select(Message).where(Message.event == "action_closed")).one()
    assert message.values["answer_text"] == "Het bedrag klopt.\nU kunt bellen."
    assert message.recipient == counter.contact.value
    assert message.link_id != counter.link.id


def test_an_answer_is_not_sent_after_a_link_that_was_taken_back(counter: Counter, action: Action) -> None:
    """Whoever held it may have been the wrong person, and would get a new link."""
    with counter.scope():
        revoke(link=counter.link, reason="by_member", now=LATER)
    do(counter, "close", action, reason="rejected", answer="Het bedrag klopt.")
    with counter.scope():
        assert db.session.scalar(select(Message).where(Message.event == "action_closed")) is None
        assert db.session.scalars(select(AccessLink)).all() == [counter.link]


def test_closing_without_words_sends_nothing(counter: Counter, action: Action) -> None:
    do(counter, "close", action, reason="answered", answer="  ")
    with counter.scope():
        assert db.session.scalar(select(Message).where(Message.event == "action_closed")) is None
    assert dunnable(counter) == [True, True]


def test_a_member_closes_only_with_a_members_reason(counter: Counter, action: Action) -> None:
    for reason in ("promise_broken", "paid", "", "nonsense"):
        with pytest.raises(actions.ReasonUnknown):
            do(counter, "close", action, reason=reason, answer="")


def test_the_first_note_begins_the_work(counter: Counter, action: Action) -> None:
    do(counter, "note", action, text="  Gebeld,\r\nniemand thuis ")
    found = page(counter, action)
    assert found.action.state == ActionState.IN_PROGRESS
    assert [(note.name, note.text) for note in found.notes] == [
        (counter.member.name, "Gebeld,\nniemand thuis")
    ]
    with pytest.raises(actions.NoteEmpty):
        do(counter, "note", found.action, text=" \x00 ")
    with pytest.raises(actions.TextAboveLimit, match="5000"):
        do(counter, "note", found.action, text="x" * 5001)


def test_an_action_is_given_to_a_member_and_to_nobody_again(counter: Counter, action: Action) -> None:
    colleague = factories.member(counter.organisation, name="Noor")
    do(counter, "assign", action, assignee_public_id=colleague.public_id)
    assert page(counter, action).assignee.name == "Noor"
    do(counter, "assign", counter_action(counter, action), assignee_public_id=None)
    assert page(counter, action).assignee is None


def counter_action(counter: Counter, action: Action) -> Action:
    found: Action = page(counter, action).action
    return found


def test_an_action_is_not_given_to_somebody_who_left_or_of_elsewhere(
    counter: Counter, other_counter: Counter, action: Action
) -> None:
    gone = factories.member(counter.organisation, active=False)
    for wrong in (gone.public_id, other_counter.member.public_id, "nobody"):
        with pytest.raises(actions.MemberUnknown):
            do(counter, "assign", action, assignee_public_id=wrong)


def test_taking_the_exemption_off_lets_dunning_go_on(counter: Counter, action: Action) -> None:
    change(counter, action, exempts=False)
    assert dunnable(counter) == [True, True]
    change(counter, counter_action(counter, action), exempts=True)
    assert dunnable(counter) == [False, False]


def test_a_part_in_dispute_leaves_the_rest_to_dunning(counter: Counter, action: Action) -> None:
    change(counter, action, amount_disputed=130000)
    found = page(counter, action)
    assert [(invoice.is_exempt, invoice.amount_exempt) for invoice in found.invoices] == [
        (True, None),
        (True, 5000),
    ]
    assert dunnable(counter) == [False, True]
    change(counter, found.action, amount_disputed=40000)
    assert [(i.is_exempt, i.amount_exempt) for i in page(counter, action).invoices] == [
        (True, 40000),
        (False, None),
    ]
    assert dunnable(counter) == [True, True]


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [(225001, exempting.PartAboveOpen), (0, actions.PartNotPositive), (-1, actions.PartNotPositive)],
)
def test_an_impossible_part_is_refused(counter: Counter, action: Action, amount: int, refusal: type) -> None:
    with pytest.raises(refusal):
        change(counter, action, amount_disputed=amount)


def test_a_part_of_two_currencies_is_refused(counter: Counter) -> None:
    krone = factories.invoice(counter.debtor, counter.creditor, currency="NOK")
    action = counter.action_of(counter.react("complaint", about=[counter.invoices[0], krone]))
    with pytest.raises(exempting.PartOfSeveralCurrencies):
        change(counter, action, amount_disputed=100)


def test_a_change_is_told_with_what_it_was_and_what_it_became(counter: Counter, action: Action) -> None:
    change(counter, action, type_key="unknown", review_on=date(2026, 12, 1), note="Verkeerd soort")
    found = page(counter, action)
    assert (found.type_key, found.type_code, found.type_name) == ("unknown", "ON01", "Unknown")
    assert {line.what for line in found.history} == {"action.noted", "action.changed", "reaction.submitted"}
    changed = next(line for line in found.history if line.what == "action.changed")
    assert changed.name == counter.member.name
    assert changed.details["changes"] == {
        "type": ["complaint", "unknown"],
        "review_on": ["2026-11-27", "2026-12-01"],
        "state": ["new", "in_progress"],
    }
    with counter.scope():
        held = db.session.scalars(select(Exemption).where(Exemption.ended_at.is_(None))).all()
    assert {(row.reason, row.review_on) for row in held} == {("unknown", date(2026, 12, 1))}


def test_a_promise_that_becomes_a_complaint_is_no_promise_any_more(counter: Counter) -> None:
    promise = counter.action_of(counter.react("will_pay"))
    change(counter, promise, type_key="complaint")
    found = page(counter, promise)
    assert found.action.promised_on is None
    assert found.history[0].details["changes"]["promised_on"] == ["2026-11-27", None]


def test_an_unknown_type_is_refused(counter: Counter, action: Action) -> None:
    with pytest.raises(actions.ActionTypeUnknown):
        change(counter, action, type_key="nonsense")


def test_who_is_too_late_sees_both_texts(counter: Counter, action: Action) -> None:
    seen = action.version
    colleague = factories.member(counter.organisation, name="Noor")
    change(counter, action, review_on=date(2026, 12, 1), member_id=colleague.id)
    with pytest.raises(ActionChangedMeanwhile) as refused:
        change(counter, action, version=seen, review_on=date(2026, 12, 24), note="Kerst")
    beaten = refused.value.beaten
    assert refused.value.status == 409
    assert (beaten.by, beaten.at) == ("Noor", LATER)
    assert (beaten.stored["review_on"], beaten.tried["review_on"]) == ("2026-12-01", "2026-12-24")
    assert (beaten.stored["note"], beaten.tried["note"]) == ("", "Kerst")
    assert beaten.stored.keys() == beaten.tried.keys()


def test_what_was_closed_stays_closed(counter: Counter, action: Action) -> None:
    seen = action.version
    do(counter, "close", action, reason="accepted", answer="U heeft gelijk.")
    tries: list[tuple[str, dict[str, Any]]] = [
        ("close", {"reason": "rejected", "answer": "Nee."}),
        ("note", {"text": "Nog iets"}),
        ("assign", {"assignee_public_id": counter.member.public_id}),
        ("change", {"type_key": "paid", "exempts": True} | dict.fromkeys(DAYS_AND_PART)),
    ]
    for what, values in tries:
        for version in (seen, counter_action(counter, action).version):
            with pytest.raises(ActionAlreadyClosed) as refused:
                do(counter, what, action, version=version, **values)
            assert refused.value.status == 409
    with pytest.raises(ActionAlreadyClosed) as refused:
        do(counter, "close", action, reason="rejected", answer="Nee.")
    assert (refused.value.beaten.stored["answer"], refused.value.beaten.tried["answer"]) == (
        "U heeft gelijk.",
        "Nee.",
    )
    assert dunnable(counter) == [True, True]


def test_an_action_of_another_organisation_does_not_exist(
    counter: Counter, other_counter: Counter, action: Action
) -> None:
    with pytest.raises(ActionUnknown):
        do(other_counter, "close", action, reason="answered", answer="x")
    with pytest.raises(ActionUnknown):
        page(other_counter, action)
    assert dunnable(counter) == [False, False]


def test_the_page_shows_answers_in_the_members_language(counter: Counter) -> None:
    reaction = counter.react("complaint", {"reason": "defective", "explanation": "Stuk", "amount": "353,70"})
    shown = page(counter, counter.action_of(reaction), "nb")
    assert [(answer.name, answer.shown, answer.is_long) for answer in shown.answers] == [
        ("Grunn", "Det er ødelagt eller ikke bra nok", False),
        ("Forklaring", "Stuk", True),
        ("Omtvistet beløp", "353,70\xa0€", False),
    ]
    assert shown.type_name == "Innsigelse"
    assert shown.channel == "email"
    assert [invoice.amount_open_then for invoice in shown.invoices] == [125000, 100000]


def test_the_page_takes_few_statements(counter: Counter, action: Action, statements: list[str]) -> None:
    db.session.commit()
    db.session.expunge_all()
    statements.clear()
    page(counter, action)
    selects = [
        statement for statement in statements if statement.startswith("SELECT") and "FROM" in statement
    ]
    assert len(selects) <= 10
