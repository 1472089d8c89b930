"""One action: its page, and what an agent does with it, also when a colleague was faster."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import update

from core.database import db
from core.members.models import Member, Role
from invoices.models import Exemption
from messaging.models import Message
from reactions.models import Action, ActionNote, ActionState
from tests.desk.conftest import Office
from tests.people import Person
from tests.reactions.conftest import tell_what_is_open
from tests.visitor import Page, Visitor


def page_of(person: Person, action: Action, doing: str = "") -> Page:
    """Open an action's page."""
    return person.open(f"/desk/actions/{action.public_id}{doing}")


def in_force(office: Office) -> int:
    """Return how many exemptions hold dunning off."""
    return office.number_of(Exemption, Exemption.ended_at.is_(None))


def test_the_page_shows_answers_invoices_and_history(agent: Person, office: Office) -> None:
    page = page_of(agent, office.react("complaint"))
    assert page.heading.startswith("R-")
    for words in (
        "Reason", "The amount is wrong", "Er klopt iets niet.", "€100.00", office.invoices[0].number,
        "Paused", "Answer promised by", "Dunning is paused for 2 invoices", "The debtor reacted: Complaint",
    ):  # fmt: skip
        assert words in page.words, words


@pytest.mark.parametrize(
    ("promised_on", "known_on", "words"),
    [
        (27, None, "Payment promised on Friday, 27 November 2026 9 days left"),
        (16, None, "The payment may come in until Wednesday, 18 November 2026."),
        (13, None, "Payment promised on Friday, 13 November 2026 That day has passed."),
        (13, 16, "The payments up to Tuesday, 17 November 2026 are not known yet."),
        (13, 17, "Payment promised on Friday, 13 November 2026 That day has passed."),
    ],
)
def test_a_promise_says_how_long_its_payment_is_waited_for(
    agent: Person, office: Office, promised_on: int, known_on: int | None, words: str
) -> None:
    action = office.react("will_pay")
    day = date(2026, 11, promised_on)
    office.work(lambda: db.session.execute(update(Action).values(promised_on=day)))
    if known_on is not None:
        office.work(lambda: tell_what_is_open(office.organisation, date(2026, 11, known_on)))
    assert words in page_of(agent, action).words


def test_what_a_debtor_typed_is_shown_and_not_run(agent: Person, office: Office) -> None:
    page = page_of(agent, office.react("unknown"))
    assert "Wat is <b>dit</b>?" in page.words


def test_a_note_is_kept_and_shown_with_its_writer(agent: Person, office: Office) -> None:
    action = office.react()
    page = page_of(agent, action).submit({"note": "Gebeld.\nBelt terug."}, button="Add note")
    assert "The note was added." in page.words
    assert f"{agent.member.name} wrote a note" in page.words
    assert "Gebeld. Belt terug." in page.words
    assert office.now(action).state == ActionState.IN_PROGRESS


def test_an_empty_note_is_refused_at_its_field(agent: Person, office: Office) -> None:
    page = page_of(agent, office.react()).submit({"note": "  "}, button="Add note", status=422)
    assert "The note was not added" in page.words
    assert "Error: Fill this in." in page.words
    assert office.number_of(ActionNote) == 0


def test_an_action_is_taken_given_away_and_put_back(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    colleague = at_the_desk(Role.AGENT, agent.organisation, name="Noor Bakker")
    action = office.react()
    page = page_of(agent, action).submit(button="Assign to me")
    assert office.now(action).assignee_id == agent.member.id
    page = page.submit({"assignee": colleague.member.public_id}, button="Assign")
    assert "assigned the action to Noor Bakker" in page.words
    page.submit({"assignee": ""}, button="Assign")
    assert office.now(action).assignee_id is None


def test_the_page_says_that_whoever_has_it_left(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    colleague = at_the_desk(Role.AGENT, agent.organisation, name="Noor Bakker")
    action = office.react()
    page = page_of(agent, action).submit({"assignee": colleague.member.public_id}, button="Assign")
    assert "can no longer sign in" not in page.words
    office.work(lambda: db.session.execute(update(Member).values(active=Member.id != colleague.member.id)))
    page = page_of(agent, action)
    assert "Noor Bakker can no longer sign in" in page.words
    assert page.form("Assign").values["assignee"] == [""]


def test_only_people_who_work_here_can_be_chosen(
    agent: Person, viewer: Person, agent_elsewhere: Person, office: Office
) -> None:
    action = office.react()
    form = page_of(agent, action).form("Assign")
    for nobody_here in (viewer, agent_elsewhere):
        with pytest.raises(AssertionError, match="offers"):
            form.filled_in({"assignee": nobody_here.member.public_id}, None)
    forged = form.filled_in({}, None) | {"assignee": agent_elsewhere.member.public_id}
    assert agent.client.post(form.action, data=forged).status_code == 422
    assert office.now(action).assignee_id is None


def test_a_change_of_type_and_part_is_stored_and_told(agent: Person, office: Office) -> None:
    action = office.react("complaint", about=office.invoices[:1])
    page = page_of(agent, action, "/change").submit(
        {"reaction_type": "unknown", "amount": "350,5", "review_on": "2026-12-01", "note": "Deels."},
        button="Change action",
    )
    assert "The action was changed." in page.words
    assert "Action type: Complaint, now Unknown" in page.words
    assert "Deels." in page.words
    stored = office.now(action)
    assert (stored.amount_disputed, str(stored.review_on)) == (35050, "2026-12-01")
    assert office.number_of(Exemption, Exemption.ended_at.is_(None), Exemption.amount == 35050) == 1


def test_switching_the_exemption_off_lets_dunning_go_on(agent: Person, office: Office) -> None:
    action = office.react("complaint")
    assert in_force(office) == 2
    page = page_of(agent, action, "/change").submit({"is_exempt": None}, button="Change action")
    assert in_force(office) == 0
    assert "This action holds nothing back." in page.words


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("veel", "This cannot be read as an amount."),
        ("1.234", "This amount has more decimals than EUR has."),
        ("0", "Fill in an amount above zero, or leave it empty."),
        ("9000000", "The amount is higher than what is open on these invoices."),
    ],
)
def test_a_wrong_part_is_refused_at_its_field_and_nothing_is_lost(
    agent: Person, office: Office, amount: str, sentence: str
) -> None:
    action = office.react("complaint")
    page = page_of(agent, action, "/change").submit(
        {"amount": amount, "note": "Blijft staan"}, button="Change action", status=422
    )
    assert f"Error: {sentence}" in page.words
    form = page.form("Change action")
    assert form.values["amount"] == [amount]
    assert form.values["note"] == ["Blijft staan"]
    assert office.now(action).amount_disputed is None


def test_closing_ends_the_exemptions_and_writes_to_the_debtor(agent: Person, office: Office) -> None:
    action = office.react("complaint")
    page = page_of(agent, action, "/close").submit(
        {"decision": "accepted", "answer": "U hebt gelijk."}, button="Close action"
    )
    assert page.path.startswith("/desk/actions")
    assert "The action was closed." in page.words
    assert in_force(office) == 0
    assert office.number_of(Message, Message.event == "action_closed") == 1
    closed = page_of(agent, action)
    assert "U hebt gelijk." in closed.words
    assert "Agreed with the debtor" in closed.words
    assert [form.action for form in closed.forms if form.method == "post"] == ["/desk/sign-out"]


def test_closing_needs_a_decision_and_keeps_the_text(agent: Person, office: Office) -> None:
    action = office.react("complaint")
    page = page_of(agent, action, "/close").submit({"answer": "Tekst"}, button="Close action", status=422)
    assert "The action was not closed" in page.words
    assert page.form("Close action").values["answer"] == ["Tekst"]
    assert office.now(action).state == ActionState.NEW


def test_who_was_slower_sees_both_texts_and_can_still_save(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    colleague = at_the_desk(Role.AGENT, agent.organisation, name="Noor Bakker")
    action = office.react("complaint")
    slow = page_of(agent, action, "/change")
    page_of(colleague, action, "/change").submit({"amount": "100"}, button="Change action")
    page = slow.submit({"amount": "200", "note": "Van mij"}, button="Change action", status=409)
    for words in ("Noor Bakker", "€100.00", "€200.00", "Van mij", "Your text is not stored yet."):
        assert words in page.words, words
    assert office.now(action).amount_disputed == 10000
    page.submit(button="Save yours instead")
    assert office.now(action).amount_disputed == 20000
    assert office.number_of(ActionNote) == 1


def test_an_action_that_was_closed_meanwhile_stays_closed(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    colleague = at_the_desk(Role.AGENT, agent.organisation)
    action = office.react("complaint")
    slow = page_of(agent, action)
    page_of(colleague, action, "/close").submit({"decision": "rejected"}, button="Close action")
    page = slow.submit({"note": "Te laat"}, button="Add note", status=409)
    assert "Te laat" in page.words
    assert "Copy your text if you still need it." in page.words
    assert "Save yours instead" not in page.words
    assert office.number_of(ActionNote) == 0


def test_an_action_taken_meanwhile_is_not_taken_away_silently(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    colleague = at_the_desk(Role.AGENT, agent.organisation)
    action = office.react()
    slow = page_of(agent, action)
    page_of(colleague, action).submit(button="Assign to me")
    slow.submit(button="Assign to me", status=409)
    assert office.now(action).assignee_id == colleague.member.id


def test_previous_and_next_follow_the_list(agent: Person, office: Office) -> None:
    first = office.react("complaint", about=office.invoices[:1])
    second = office.react("complaint", about=office.invoices[1:])
    for here, other, place in ((first, second, "1 of 2"), (second, first, "2 of 2")):
        page = agent.open(f"/desk/actions/{here.public_id}?type=complaint")
        assert place in page.words
        linked = {link.get("href") for link in page.root.iter("a")}
        assert f"/desk/actions/{other.public_id}?type=complaint" in linked


POSTS = ("note", "assign", "take", "change", "close")


@pytest.mark.parametrize("doing", POSTS)
def test_a_viewer_looks_and_changes_nothing(viewer: Person, office: Office, doing: str) -> None:
    action = office.react()
    assert "Add note" not in page_of(viewer, action).words
    assert viewer.client.post(f"/desk/actions/{action.public_id}/{doing}").status_code == 403
    assert office.now(action).version == 1


@pytest.mark.parametrize("doing", POSTS)
def test_somebody_elses_action_is_no_page(
    agent_elsewhere: Person, office_elsewhere: Office, office: Office, doing: str
) -> None:
    action, own = office.react(), office_elsewhere.react()
    for path in ("", "/change", "/close"):
        agent_elsewhere.open(f"/desk/actions/{action.public_id}{path}", status=404)
    form = page_of(agent_elsewhere, own, f"/{doing}" if doing in ("change", "close") else "").form(
        to=f"/{doing}"
    )
    values = form.filled_in({}, None) | {"note": "x", "decision": "accepted", "answer": "x"}
    answer = agent_elsewhere.client.post(f"/desk/actions/{action.public_id}/{doing}", data=values)
    assert answer.status_code == 404
    assert office.now(action).version == 1


@pytest.mark.parametrize("doing", POSTS)
def test_a_stranger_is_refused(visitor: Visitor, office: Office, doing: str) -> None:
    action = office.react()
    assert visitor.client.post(f"/desk/actions/{action.public_id}/{doing}").status_code == 401
    assert visitor.open(f"/desk/actions/{action.public_id}").path.startswith("/desk/sign-in")


def test_a_form_without_its_version_or_token_changes_nothing(agent: Person, office: Office) -> None:
    action = office.react()
    form = page_of(agent, action).form("Add note")
    values = form.filled_in({"note": "x"}, None)
    for missing, status in (("version", 422), ("csrf_token", 400)):
        sent = {name: value for name, value in values.items() if name != missing}
        assert agent.client.post(form.action, data=sent).status_code == status
    assert office.number_of(ActionNote) == 0
