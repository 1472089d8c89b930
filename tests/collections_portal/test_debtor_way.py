"""The whole way of a debtor: link, list, answer, receipt, and what the desk's answer makes of it."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from core import clock as moments
from core.database import db
from invoices.operations import end_exemptions, record_credit_note, record_payment
from invoices.queries import why_not_dun
from messaging.models import Message
from reactions.models import Action, Reaction
from reactions.operations.endings import break_promises
from reactions.queries.given import asked_by
from tests.collections_portal.conftest import Guest
from tests.moments import Clock
from tests.visitor import Visitor


def test_a_debtor_opens_the_link_answers_and_gets_a_receipt(guest: Guest) -> None:
    listed = guest.enter()
    assert (listed.path, listed.heading) == ("/invoices", "Your open invoices")
    form = guest.choose(page=listed)
    assert form.heading == "Your reaction"
    back = form.submit(
        {"type": "complaint", "complaint.reason": "amount", "complaint.explanation": "Two hours too many."},
        button="Save reaction",
    )
    assert back.path == "/invoices"
    assert "Your reaction has been saved." in back.words
    assert back.words.count("Until then we send no reminders for this invoice.") == 2
    reaction = guest.reactions()[0]
    receipt = guest.browser.open(f"/reactions/{reaction.public_id}")
    assert receipt.heading == "We have received your reaction"
    for words in (reaction.reference, "Two hours too many.", "The amount is wrong", guest.invoices[0].number):
        assert words in receipt.words


def test_a_reaction_holds_reminders_off_and_queues_a_message(guest: Guest) -> None:
    guest.enter()
    guest.react(guest.invoices[0])
    assert guest.count(Message) == 1
    with guest.room():
        ids = [invoice.id for invoice in guest.invoices]
        reasons = why_not_dun(organisation_id=guest.organisation.id, invoice_ids=ids)
    first, second = (reasons[invoice_id] for invoice_id in ids)
    assert first is not None
    assert first.reason == "exempt"
    assert second is None


def test_the_banner_stays_until_something_else_is_chosen(guest: Guest) -> None:
    guest.enter()
    assert "Your reaction has been saved." in guest.react().words
    assert "Your reaction has been saved." in guest.browser.open("/invoices").words
    guest.choose(guest.invoices[0])
    assert "Your reaction has been saved." not in guest.browser.open("/invoices").words


def test_a_promise_says_when_it_is_paid(guest: Guest) -> None:
    guest.enter()
    form = guest.choose(guest.invoices[0])
    listed = form.submit({"type": "will_pay", "will_pay.pay_on": "2026-11-20"}, button="Save reaction")
    assert "You pay on 20 November 2026. Until then we send no reminders" in listed.words
    receipt = guest.browser.open(f"/reactions/{guest.reactions()[0].public_id}")
    assert "You pay on Friday, 20 November 2026" in receipt.words


def test_the_agents_answer_changes_the_status_and_is_shown(guest: Guest) -> None:
    guest.enter()
    assert "You have responded" in guest.react(guest.invoices[0]).words
    guest.answer("rejected", "The hours were\nagreed <b>before</b>.")
    listed = guest.browser.open("/invoices")
    assert "You have responded" not in listed.words
    assert "You have our answer We answered on 18 November 2026." in listed.words
    assert "The hours were agreed <b>before</b>." in listed.words
    assert "no reminders" not in listed.words
    receipt = guest.browser.open(f"/reactions/{guest.reactions()[0].public_id}")
    assert "Our answer The hours were agreed <b>before</b>." in receipt.words


def test_no_reminders_are_only_promised_while_an_exemption_is_in_force(guest: Guest) -> None:
    guest.enter()
    guest.react(guest.invoices[0])
    with guest.room():
        action = db.session.scalars(select(Action)).one()
        end_exemptions(
            organisation_id=guest.organisation.id,
            asked_by=asked_by(action.id),
            end_reason="test",
            now=moments.now(),
        )
    listed = guest.browser.open("/invoices")
    assert "You get an answer by 25 November 2026." in listed.words
    assert "no reminders" not in listed.words


def test_a_promise_is_said_as_it_stands_before_and_after_its_day(guest: Guest, clock: Clock) -> None:
    guest.enter()
    promise = {"type": "will_pay", "will_pay.pay_on": "2026-11-20"}
    listed = guest.choose(guest.invoices[0]).submit(promise, button="Save reaction")
    assert "You pay on 20 November 2026. Until then we send no reminders for this invoice." in listed.words
    # A Friday: Monday and Tuesday are given to the money.
    clock.move_to(datetime(2026, 11, 24, 12, tzinfo=UTC))
    with guest.room():
        assert break_promises(organisation_id=guest.organisation.id, now=clock.now) == 0
    listed = guest.enter()
    assert "We send no reminders for this invoice until we have looked for your payment." in listed.words
    clock.pass_by(days=1)
    with guest.room():
        assert break_promises(organisation_id=guest.organisation.id, now=clock.now) == 1
    told = guest.enter().words
    assert "You wanted to pay on 20 November 2026. We have not received all of it." in told


def test_what_was_paid_stands_with_the_invoice(guest: Guest) -> None:
    with guest.room():
        record_payment(
            organisation_id=guest.organisation.id,
            invoice_id=guest.invoices[0].id,
            amount=50000,
            paid_on=date(2026, 11, 9),
            reference="x",
            now=moments.now(),
            today=date(2026, 11, 18),
        )
        record_credit_note(
            organisation_id=guest.organisation.id,
            invoice_id=guest.invoices[0].id,
            number="C1",
            amount=5000,
            credited_on=date(2026, 11, 10),
            now=moments.now(),
            today=date(2026, 11, 18),
        )
    listed = guest.enter()
    for words in ("Partly paid", "Paid up to 9 Nov 2026 €500.00", "Taken off €50.00", "€700.00"):
        assert words in listed.words


def test_an_empty_list_says_there_is_nothing_to_do(guest: Guest) -> None:
    for invoice in guest.invoices:
        guest.change_invoice(invoice, amount_open=0)
    listed = guest.enter()
    assert "You have no open invoices" in listed.words


def test_two_clicks_make_one_reaction(guest: Guest) -> None:
    guest.enter()
    form = guest.choose()
    values = {"type": "complaint", "complaint.reason": "amount", "complaint.explanation": "Once."}
    first = form.submit(values, button="Save reaction")
    second = form.submit(values, button="Save reaction")
    assert guest.count(Reaction) == 1
    assert first.words == second.words


def test_a_second_click_after_the_invoice_was_settled_finds_the_first(guest: Guest) -> None:
    guest.enter()
    form = guest.choose(guest.invoices[0])
    values = {"type": "complaint", "complaint.reason": "amount", "complaint.explanation": "Once."}
    form.submit(values, button="Save reaction")
    guest.change_invoice(guest.invoices[0], amount_open=0)
    assert "Your reaction has been saved." in form.submit(values, button="Save reaction").words


def test_the_bare_address_leads_to_the_invoices_or_says_how_to_get_there(visitor: Visitor) -> None:
    page = visitor.open("/", status=401)

    assert "link" in page.words.lower()
