"""Payments and credit notes entered by hand, taken back: what follows, who may, and what stays."""

import pytest

from core.audit import AuditEvent
from core.database import db
from invoices.models import CreditNote, Invoice, Payment
from invoices.taking_back import LONGEST_REASON
from reactions.models import ActionState
from tests.desk.conftest import Office
from tests.desk.test_invoices import invoice_page, pay
from tests.desk.test_payments import line_of, send
from tests.invoices.statements.made import Paid, camt
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page, Visitor

WHY = {"reason": "Betaling van iemand anders"}


def asked(agent: Person, office: Office, amount: str = "1250") -> Page:
    """Pay so much of the first invoice, and open the page that asks whether to take that back."""
    page = pay(invoice_page(agent, office), amount)
    return page.follow(f"Take back Payment €{int(amount):,}.00")


def credited(agent: Person, office: Office) -> Page:
    """Enter a credit note, and open the page that asks whether to take it back."""
    values = {"number": "C-1", "amount": "100", "credited_on": "2026-11-10"}
    page = invoice_page(agent, office).submit(values, button="Record credit note")
    return page.follow("Take back Credit note €100.00")


def lines(office: Office, what: str) -> list[AuditEvent]:
    """Return the lines of the trail of this kind."""
    found: list[AuditEvent] = office.work(
        lambda: db.session.query(AuditEvent).filter_by(what=what).order_by(AuditEvent.id).all()
    )
    return found


def test_a_payment_on_the_wrong_invoice_is_taken_back(agent: Person, office: Office) -> None:
    page = asked(agent, office)
    assert page.heading == "Take back a payment"
    for words in (
        "Open afterwards: €1,250.00",
        "The debtor sees the invoice again, and reminders may go out.",
    ):
        assert words in page.words, words
    assert "These actions were closed since" not in page.words
    page = page.submit(WHY, to="/take-back")
    assert "The payment was taken back." in page.words
    assert f"took back a payment of €1,250.00 for {office.invoices[0].number}" in page.words
    assert WHY["reason"] in page.words
    assert "Dunning goes on" in page.words
    assert office.now(office.invoices[0]).amount_open == 125000
    assert office.number_of(Payment) == 0
    assert "The payment was recorded." in pay(page, "1250").words


def test_the_trail_keeps_who_took_back_what_and_why(agent: Person, office: Office, clock: Clock) -> None:
    page = asked(agent, office, "250")
    clock.pass_by(minutes=5)
    page.submit(WHY, to="/take-back")
    (line,) = lines(office, "payment.taken_back")
    assert (line.member_id, line.at, line.about_id) == (agent.member.id, clock.now, office.invoices[0].id)
    assert line.details == {
        "invoice": office.invoices[0].number, "currency": "EUR", "amount": 25000, "paid_on": "2026-11-17",
        "reference": "", "why": WHY["reason"],
    }  # fmt: skip


def test_a_credit_note_is_taken_back_and_can_be_entered_again(agent: Person, office: Office) -> None:
    page = credited(agent, office)
    for words in ("Take back a credit note", "C-1", "Open afterwards: €1,250.00", "A file can bring it back"):
        assert words in page.words, words
    page = page.submit(WHY, to="/take-back")
    assert "The credit note was taken back." in page.words
    assert "took back credit note C-1 of €100.00" in page.words
    assert office.number_of(CreditNote) == 0
    (line,) = lines(office, "credit_note.taken_back")
    assert (line.details["credited_on"], line.details["why"]) == ("2026-11-10", WHY["reason"])
    credited(agent, office)
    assert office.now(office.invoices[0]).amount_open == 115000


def test_one_of_two_payments_is_taken_back(agent: Person, office: Office) -> None:
    pay(invoice_page(agent, office), "250")
    asked(agent, office, "1000").submit(WHY, to="/take-back")
    assert office.now(office.invoices[0]).amount_open == 100000
    assert "Partly paid" in invoice_page(agent, office).words


def test_the_page_names_the_actions_that_were_closed_since(
    agent: Person, office: Office, clock: Clock
) -> None:
    before = office.react("complaint", about=office.invoices[:1])
    paid = office.react("paid", about=office.invoices[:1])
    elsewhere = office.react("paid", about=office.invoices[1:])
    clock.pass_by(minutes=30)
    pay(invoice_page(agent, office, 1), "1000")
    page = asked(agent, office)
    assert "These actions were closed since, because of what was paid." in page.words
    assert office.reference_of(paid) in page.words
    for other in (before, elsewhere):
        assert office.reference_of(other) not in page.words
    page.submit(WHY, to="/take-back")
    assert office.now(paid).state == ActionState.CLOSED
    assert office.now(before).state == ActionState.NEW


def test_what_was_closed_before_the_payment_is_not_named(agent: Person, office: Office, clock: Clock) -> None:
    paid = office.react("paid", about=office.invoices[:1])
    first = pay(invoice_page(agent, office), "1250")
    first.follow("Take back Payment €1,250.00").submit(WHY, to="/take-back")
    clock.pass_by(minutes=30)
    assert office.reference_of(paid) not in asked(agent, office).words


def test_nothing_is_open_on_a_withdrawn_invoice_afterwards(agent: Person, office: Office) -> None:
    pay(invoice_page(agent, office), "250").submit(button="Withdraw this invoice")
    page = invoice_page(agent, office).follow("Take back Payment €250.00")
    assert "Nothing is open afterwards The invoice was withdrawn." in page.words
    page.submit(WHY, to="/take-back")
    stored = office.now(office.invoices[0])
    assert (stored.amount_open, stored.withdrawn_at is None) == (0, False)
    assert office.number_of(Payment) == 0


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "Fill this in."), ("  ", "Fill this in."), ("x" * (LONGEST_REASON + 1), "This is too long.")],
)
def test_without_a_short_reason_nothing_is_taken_back(
    agent: Person, office: Office, reason: str, sentence: str
) -> None:
    page = asked(agent, office).submit({"reason": reason}, to="/take-back", status=422)
    assert "Nothing was taken back" in page.words
    assert f"Error: {sentence}" in page.words
    assert office.number_of(Payment) == 1


def test_sent_twice_it_is_taken_back_once(agent: Person, office: Office) -> None:
    page = asked(agent, office)
    page.submit(WHY, to="/take-back")
    again = page.submit(WHY, to="/take-back")
    assert "This is no longer on the invoice." in again.words
    assert "This is no longer on the invoice." in agent.open(page.path).words
    assert len(lines(office, "payment.taken_back")) == 1
    assert office.now(office.invoices[0]).amount_open == 125000


def test_a_payment_of_another_invoice_is_not_taken_back(agent: Person, office: Office) -> None:
    page = asked(agent, office)
    path = page.path.replace(office.invoices[0].public_id, office.invoices[1].public_id)
    sent = page.form(to="/take-back").filled_in(WHY, None)
    page = agent.ask("POST", path, data=sent, headers={"Referer": page.url})
    assert "This is no longer on the invoice." in page.words
    assert office.number_of(Payment) == 1


def test_what_came_with_a_statement_is_taken_back_at_its_line(agent: Person, office: Office) -> None:
    send(agent, camt(Paid(125_000, text=office.invoices[0].number)))
    page = invoice_page(agent, office)
    assert "Take back Payment" not in page.words
    assert (
        page.follow("From a bank statement €1,250.00").path == f"/desk/payments/{line_of(office).public_id}"
    )
    payment: Payment = office.work(lambda: db.session.query(Payment).one())
    path = f"{page.path}/settlements/{payment.public_id}/take-back"
    assert "Take it back on the page of that payment." in agent.open(path).words
    token = agent.open("/desk/account").form("Sign out").values["csrf_token"]
    page = agent.ask("POST", path, data={"csrf_token": token} | WHY, headers={"Referer": page.url})
    assert "Take it back on the page of that payment." in page.words
    assert office.now(office.invoices[0]).amount_open == 0


@pytest.mark.parametrize("by_hand", [True, False], ids=["entered by hand", "from a statement"])
def test_money_that_went_back_leads_to_the_payment_it_came_with(
    agent: Person, office: Office, by_hand: bool
) -> None:
    number = office.invoices[0].number
    if by_hand:
        pay(invoice_page(agent, office), "1250")
        pay(invoice_page(agent, office, 1), "100")
    else:
        send(agent, camt(Paid(125_000, text=number)))
    send(agent, camt(Paid(-125_000, reversal=True), number="2026222"))
    page = agent.open("/desk/payments").follow("J van Dijk")
    assert "It may have come with 1" in page.words
    assert office.invoices[1].number not in page.words
    page = page.follow(number)
    if by_hand:
        page.follow("Take back Payment €1,250.00").submit(WHY, to="/take-back")
    else:
        page.submit(button="Take this back")
    assert office.now(office.invoices[0]).amount_open == 125000


def test_a_viewer_sees_it_and_takes_nothing_back(agent: Person, viewer: Person, office: Office) -> None:
    path = asked(agent, office).path
    page = invoice_page(viewer, office)
    assert "Take back" not in page.words
    viewer.open(path, status=403)
    token = viewer.open("/desk/account").form("Sign out").values["csrf_token"]
    viewer.ask("POST", path, status=403, data={"csrf_token": token} | WHY)
    assert office.number_of(Payment) == 1


def test_for_another_organisation_it_is_no_page(
    agent: Person, office: Office, agent_elsewhere: Person, office_elsewhere: Office
) -> None:
    path = asked(agent, office).path
    agent_elsewhere.open(path, status=404)
    token = agent_elsewhere.open("/desk/account").form("Sign out").values["csrf_token"]
    agent_elsewhere.ask("POST", path, status=404, data={"csrf_token": token} | WHY)
    theirs = path.replace(office.invoices[0].public_id, office_elsewhere.invoices[0].public_id)
    page = agent_elsewhere.ask("POST", theirs, data={"csrf_token": token} | WHY)
    assert "This is no longer on the invoice." in page.words
    assert office.number_of(Payment) == 1
    assert office_elsewhere.number_of(Invoice, Invoice.amount_open == 125000) == 1


def test_a_stranger_is_refused(visitor: Visitor, agent: Person, office: Office) -> None:
    path = asked(agent, office).path
    assert visitor.open(path).path.startswith("/desk/sign-in")
    assert visitor.client.post(path).status_code == 401
