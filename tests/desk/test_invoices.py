"""Invoices: found, paid, credited, withdrawn and entered by hand."""

import pytest

from invoices.models import CreditNote, Exemption, Invoice, Payment
from reactions.models import ActionState
from tests import factories
from tests.desk.conftest import Office
from tests.people import Person
from tests.visitor import Page, Visitor


def invoice_page(person: Person, office: Office, number: int = 0) -> Page:
    """Open the page of one of the office's invoices; the first is past due."""
    return person.open(f"/desk/invoices/{office.invoices[number].public_id}")


def pay(page: Page, amount: str, on: str = "2026-11-17", *, status: int = 200) -> Page:
    """Record a payment on the page of an invoice."""
    return page.submit({"amount": amount, "paid_on": on}, button="Record payment", status=status)


def test_the_list_shows_all_with_what_they_come_to(agent: Person, office: Office) -> None:
    page = agent.open("/desk/invoices")
    for words in (office.invoices[0].number, "Sanne de Wit", "Open on all of these: €2,250.00", "1–2 of 2"):
        assert words in page.words, words


def test_currencies_are_not_added_up(agent: Person, office: Office) -> None:
    office.work(lambda: factories.invoice(office.debtor, office.creditor, currency="NOK", amount=50000))
    assert "€2,250.00 + NOK" in agent.open("/desk/invoices").words


def test_filters_of_where_invoices_stand(agent: Person, office: Office) -> None:
    first, second = office.invoices
    office.react("complaint", about=[second])
    for state, there, gone in (
        ("overdue", first, second),
        ("exempt", second, first),
        ("open", first, None),
        ("settled", None, first),
    ):
        words = agent.open(f"/desk/invoices?state={state}").words
        assert there is None or there.number in words, state
        assert gone is None or gone.number not in words, state


@pytest.mark.parametrize("text", ["{number}", "sanne", "{customer}"])
def test_an_invoice_is_found_by_its_number_and_by_who_owes(agent: Person, office: Office, text: str) -> None:
    wanted = text.format(number=office.invoices[0].number, customer=office.debtor.customer_number)
    assert office.invoices[0].number in agent.open("/desk/invoices").submit({"q": wanted}).words


def test_the_page_shows_how_the_open_amount_came_about(agent: Person, office: Office) -> None:
    page = pay(invoice_page(agent, office), "250")
    for words in ("The payment was recorded.", "−€250.00", "€1,000.00", "Partly paid", "Dunning goes on"):
        assert words in page.words, words
    assert f"entered a payment of €250.00 for {office.invoices[0].number}" in page.words


def test_the_page_says_that_dunning_leaves_an_invoice_alone_and_why(agent: Person, office: Office) -> None:
    office.react("complaint")
    page = invoice_page(agent, office)
    assert "Dunning leaves this invoice alone" in page.words
    assert "In force" in page.words
    assert page.follow("Complaint").heading.startswith("R-")


def test_the_last_payment_closes_an_action_that_ends_with_it(agent: Person, office: Office) -> None:
    action = office.react("paid", about=office.invoices[:1])
    pay(invoice_page(agent, office), "1.250,00")
    stored = office.now(action)
    assert (stored.state, stored.close_reason) == (ActionState.CLOSED, "paid")
    assert office.number_of(Exemption, Exemption.ended_at.is_(None)) == 0
    assert "Settled" in invoice_page(agent, office).words


def test_a_complaint_stays_open_when_its_invoice_is_paid(agent: Person, office: Office) -> None:
    action = office.react("complaint", about=office.invoices[:1])
    pay(invoice_page(agent, office), "1250")
    assert office.now(action).state == ActionState.NEW


@pytest.mark.parametrize(
    ("amount", "on", "sentence"),
    [
        ("", "2026-11-17", "Fill this in."),
        ("tien", "2026-11-17", "This cannot be read as an amount."),
        ("-5", "2026-11-17", "Enter an amount above zero."),
        ("1250.01", "2026-11-17", "This is more than is still open on invoice"),
        ("1", "2026-11-19", "The date of payment lies in the future."),
        ("1", "gisteren", "This is not a date."),
        ("1", "", "Fill this in."),
    ],
)
def test_a_payment_that_cannot_be_is_refused_at_its_field(
    agent: Person, office: Office, amount: str, on: str, sentence: str
) -> None:
    page = pay(invoice_page(agent, office), amount, on, status=422)
    assert "The payment was not recorded" in page.words
    assert f"Error: {sentence}" in page.words
    assert page.form("Record payment").values["amount"] == [amount]
    assert office.number_of(Payment) == 0


def test_a_payment_sent_twice_is_entered_once(agent: Person, office: Office) -> None:
    page = invoice_page(agent, office)
    pay(page, "250")
    again = pay(page, "250", status=409)
    assert "See if this was entered already." in again.words
    assert office.number_of(Payment) == 1
    pay(again, "250")
    assert office.number_of(Payment) == 2


def test_a_credit_note_is_recorded_once(agent: Person, office: Office) -> None:
    values = {"number": "C-1", "amount": "100", "credited_on": "2026-11-10"}
    page = invoice_page(agent, office).submit(values, button="Record credit note")
    assert "Credit note" in page.words
    again = page.submit(values, button="Record credit note", status=409)
    assert "Credit note C-1 was already entered for this invoice." in again.words
    assert office.number_of(CreditNote) == 1
    assert office.now(office.invoices[0]).amount_open == 115000


def test_a_credit_note_of_a_day_to_come_is_refused_at_its_date(agent: Person, office: Office) -> None:
    values = {"number": "C-1", "amount": "100", "credited_on": "2099-01-01"}
    page = invoice_page(agent, office).submit(values, button="Record credit note", status=422)
    assert "The date of the credit note lies in the future." in page.words
    assert office.number_of(CreditNote) == 0


def test_a_withdrawn_invoice_is_over(agent: Person, office: Office) -> None:
    stale = invoice_page(agent, office)
    page = stale.submit(button="Withdraw this invoice")
    assert "Withdrawn" in page.words
    assert "Record a payment" not in page.words
    assert office.now(office.invoices[0]).amount_open == 0
    assert "This invoice was withdrawn." in pay(stale, "1", status=409).words
    stale.submit(button="Withdraw this invoice")
    assert office.told().count("invoice.withdrawn") == 1


def test_an_invoice_is_entered_by_hand(agent: Person, office: Office) -> None:
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}").follow("New invoice")
    values = {
        "number": "2026/900", "invoiced_on": "2026-11-01", "due_on": "2026-12-01", "amount": "99,95",
        "currency": "EUR", "description": "Reparatie", "creditor": office.creditor.public_id,
    }  # fmt: skip
    page = page.submit(values, button="Add invoice")
    assert page.heading == "2026/900"
    assert "€99.95" in page.words
    assert office.told()[-1] == "invoice.added"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"number": "{number}"}, "Invoice {number} of this creditor is already there."),
        ({"due_on": "2026-10-31"}, "The due date is before the invoice date."),
        ({"amount": "0"}, "Enter an amount above zero."),
        ({"amount": "10,50", "currency": "JPY"}, "This amount has more decimals than JPY has."),
        ({"number": " "}, "Fill this in."),
    ],
)
def test_an_invoice_that_cannot_be_is_refused_at_its_field(
    agent: Person, office: Office, change: dict[str, str], sentence: str
) -> None:
    number = office.invoices[0].number
    values = {"number": "1", "invoiced_on": "2026-11-01", "due_on": "2026-12-01", "amount": "10"}
    values |= {name: value.format(number=number) for name, value in change.items()}
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}/invoices/new")
    page = page.submit(values, button="Add invoice", status=422)
    assert f"Error: {sentence.format(number=number)}" in page.words
    assert office.number_of(Invoice) == 2


POSTS = ("payments", "credit-notes", "withdraw")


@pytest.mark.parametrize("doing", POSTS)
def test_a_viewer_looks_and_changes_nothing(viewer: Person, office: Office, doing: str) -> None:
    page = invoice_page(viewer, office)
    assert "Record a payment" not in page.words
    assert viewer.client.post(f"{page.path}/{doing}").status_code == 403
    assert viewer.client.get(f"/desk/debtors/{office.debtor.public_id}/invoices/new").status_code == 403


@pytest.mark.parametrize("doing", POSTS)
def test_somebody_elses_invoice_is_no_page(
    agent_elsewhere: Person, office_elsewhere: Office, office: Office, doing: str
) -> None:
    path = f"/desk/invoices/{office.invoices[0].public_id}"
    agent_elsewhere.open(path, status=404)
    form = invoice_page(agent_elsewhere, office_elsewhere).form(to=f"/{doing}")
    answer = agent_elsewhere.client.post(f"{path}/{doing}", data=form.filled_in({}, None))
    assert answer.status_code == 404
    agent_elsewhere.open(f"/desk/debtors/{office.debtor.public_id}/invoices/new", status=404)
    assert office.now(office.invoices[0]).amount_open == 125000


@pytest.mark.parametrize("doing", POSTS)
def test_a_stranger_is_refused(visitor: Visitor, office: Office, doing: str) -> None:
    path = f"/desk/invoices/{office.invoices[0].public_id}"
    assert visitor.open(path).path.startswith("/desk/sign-in")
    assert visitor.client.post(f"{path}/{doing}").status_code == 401


def test_a_creditor_of_another_organisation_cannot_be_chosen(
    agent: Person, office: Office, office_elsewhere: Office
) -> None:
    page = agent.open(f"/desk/debtors/{office.debtor.public_id}/invoices/new")
    values = page.form("Add invoice").filled_in(
        {"number": "1", "invoiced_on": "2026-11-01", "due_on": "2026-12-01", "amount": "10"}, None
    )
    forged = values | {"creditor": office_elsewhere.creditor.public_id}
    assert agent.client.post(page.path, data=forged).status_code == 422
    assert office.number_of(Invoice) == 2
