"""Bank statements at the desk: taken in, looked at, and what is left of them settled by hand."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select, update

from core.database import db
from core.members.models import Member, Role
from invoices.models import Invoice, Payment
from invoices.statements.bank_files import MOST_BYTES
from invoices.statements.models import BankLine, BankStatement, IgnoreReason, LineState
from reactions.models import ActionState, CloseReason
from tests.desk.conftest import Office
from tests.desk.files import choose_large
from tests.invoices.statements.made import Paid, camt, camt_of, camt_statement, coda, mt940
from tests.people import Person
from tests.visitor import Page


def send(person: Person, content: bytes, *, name: str = "november.xml", status: int = 200) -> Page:
    """Choose a file and send it."""
    page = person.open("/desk/statements/new")
    return page.submit({"file": (BytesIO(content), name)}, to="/new", status=status)


def line_of(office: Office) -> BankLine:
    """Return the last line that came in."""
    found: BankLine = office.work(
        lambda: db.session.scalars(select(BankLine).order_by(BankLine.id.desc())).first()
    )
    return found


def waiting(agent: Person, office: Office, amount: int = 5_000, text: str = "bedankt") -> Page:
    """Take in one amount that fits nothing, and open its page."""
    send(agent, camt(Paid(amount, text=text)))
    return agent.open(f"/desk/payments/{line_of(office).public_id}")


def search(page: Page, text: str) -> Page:
    """Search for invoices on the page of a payment."""
    return page.visitor.ask("GET", page.path, query_string={"q": text})


def find(page: Page, office: Office, number: int = 0) -> Page:
    """Search for one of the office's invoices."""
    return search(page, office.invoices[number].number)


def test_a_statement_is_taken_in_and_what_fits_is_booked(agent: Person, office: Office) -> None:
    invoice = office.invoices[0]
    page = send(agent, camt(Paid(125_000, text=f"Factuur {invoice.number}"), Paid(900, text="bedankt")))
    for words in (
        "1 statement was taken in.", "New lines 2", "Booked on invoices 1", "To settle 1", "CAMT.053",
        "Known before, not booked again 0", "november.xml", "€1,000.00", "€2,259.00",
    ):  # fmt: skip
        assert words in page.words, words
    assert office.now(invoice).amount_open == 0
    assert (
        "The portal entered a payment of €1,250.00" in agent.open(f"/desk/invoices/{invoice.public_id}").words
    )


@pytest.mark.parametrize("write", [mt940, coda])
def test_the_other_formats_are_taken_in_too(
    agent: Person, office: Office, write: Callable[..., bytes]
) -> None:
    assert "Booked on invoices 1" in send(agent, write(Paid(125_000, text=office.invoices[0].number))).words


def test_several_statements_in_a_file_lead_to_the_list(agent: Person, office: Office) -> None:
    page = send(agent, camt_of(camt_statement(Paid(1), number="71"), camt_statement(Paid(2), number="72")))
    for words in ("2 statements were taken in.", "71", "72", "NL91ABNA0417164300"):
        assert words in page.words
    assert page.path == "/desk/statements"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Klantnummer;Naam\n", "This is not a bank statement we can read."),
        (camt(Paid(1))[:-40], "This file stops half-way."),
        (camt(Paid(1), closing=7), "Statement 2026221 does not add up"),
        (camt(Paid(1, currency="USD")), "is in EUR but holds an amount in USD."),
        (camt_of(message="camt.052"), "This is a file of the kind camt.052."),
        (b"<!DOCTYPE a><a/>", "This file holds instructions that no bank writes"),
    ],
)
def test_what_cannot_be_trusted_is_refused_at_its_field(
    agent: Person, office: Office, content: bytes, sentence: str
) -> None:
    page = send(agent, content, status=422)
    assert sentence in page.words
    assert office.number_of(BankStatement) == office.number_of(Payment) == 0


def test_a_table_of_payments_is_taken_in_and_shows_no_balances(agent: Person, office: Office) -> None:
    content = f"Datum;Bedrag;Omschrijving\n5-11-2026;1.250,00;{office.invoices[0].number}\n".encode()
    page = send(agent, content, name="bank.csv")
    for words in ("bank.csv", "CSV or Excel", "Booked on invoices 1"):
        assert words in page.words, words
    assert "balance" not in page.words
    assert office.now(office.invoices[0]).amount_open == 0
    assert "bank.csv" in agent.open(f"/desk/payments/{line_of(office).public_id}").words
    assert "bank.csv" in agent.open("/desk/statements").words


def test_what_a_table_leaves_open_is_asked_at_its_field(agent: Person, office: Office) -> None:
    content = f"Date,Amount,Description\n03/04/2026,1.250,{office.invoices[0].number}\n".encode()
    page = send(agent, content, name="bank.csv", status=422)
    assert "Row 2, column Date: “03/04/2026” can be read as more than one day." in page.words
    chosen = {"file": (BytesIO(content), "bank.csv"), "date_order": "dmy"}
    page = page.submit(chosen, to="/new", status=422)
    assert "Row 2, column Amount: “1.250” can be read as two amounts." in page.words
    assert office.number_of(BankStatement) == 0
    chosen = {"file": (BytesIO(content), "bank.csv"), "date_order": "dmy", "decimal_sign": ","}
    assert "Booked on invoices 1" in page.submit(chosen, to="/new").words
    assert (line_of(office).booked_on, line_of(office).amount) == (date(2026, 4, 3), 125_000)


def test_a_cell_that_is_refused_is_explained_in_the_readers_language(agent: Person, office: Office) -> None:
    office.work(lambda: db.session.execute(update(Member).values(language="nl")))
    page = send(agent, b"Datum;Bedrag\n5-11-2026;1,00\nmorgen;1,00\n", name="bank.csv", status=422)
    assert "Rij 3, kolom Datum: “morgen”. Dit is niet als datum te lezen." in page.words


@pytest.mark.parametrize("more", [1, 1024 * 1024])
def test_a_file_that_is_too_large_is_refused(agent: Person, more: int) -> None:
    page = choose_large(agent, MOST_BYTES + more, at="/desk/statements/new")
    assert "This file is too large. It may have 10 MB." in page.words


def test_without_a_file_the_form_says_so(agent: Person, office: Office) -> None:
    assert "Choose a file." in agent.open("/desk/statements/new").submit({}, to="/new", status=422).words


def test_the_same_file_twice_is_refused(agent: Person, office: Office) -> None:
    content = camt(Paid(5_000, text="bedankt"))
    send(agent, content)
    assert "This very file was taken in before" in send(agent, content, status=409).words
    assert office.number_of(BankLine) == 1


def test_a_payment_is_booked_on_an_invoice_that_was_searched_for(agent: Person, office: Office) -> None:
    action = office.react("will_pay", about=[office.invoices[0]])
    page = find(waiting(agent, office, 125_000), office)
    assert "Sanne de Wit" in page.words
    page = page.submit({f"amount_{office.invoices[0].public_id}": "1250,00"}, button="Book payment")
    assert "The payment was booked." in page.words
    assert "No payment waits" in page.words
    assert office.now(office.invoices[0]).amount_open == 0
    closed = office.now(action)
    assert (closed.state, closed.close_reason) == (ActionState.CLOSED, CloseReason.PAID)


def test_a_suggestion_is_filled_in_and_only_needs_a_press(agent: Person, office: Office) -> None:
    page = waiting(agent, office, 5_000, office.invoices[0].number)
    assert line_of(office).state == LineState.SUGGESTED
    assert "To confirm" in page.words
    page.submit(button="Book payment")
    assert office.now(office.invoices[0]).amount_open == 120_000


def test_money_that_came_back_says_so_and_nothing_is_filled_in(agent: Person, office: Office) -> None:
    send(agent, camt(Paid(125_000, text=office.invoices[0].number, reversal=True)))
    assert "Came back" in agent.open("/desk/payments").words
    page = agent.open(f"/desk/payments/{line_of(office).public_id}")
    assert "This money came back" in page.words
    assert "No invoice fits by itself" in page.words
    assert office.number_of(Payment) == 0


def test_a_payment_that_may_have_come_before_says_so(agent: Person, office: Office) -> None:
    send(agent, camt(Paid(5_000, text="bedankt"), number="1"))
    send(agent, camt(Paid(5_000, text="bedankt"), number="2", opening=105_000))
    assert "Perhaps known" in agent.open("/desk/payments").words
    assert (
        "This payment may have come before" in agent.open(f"/desk/payments/{line_of(office).public_id}").words
    )


def test_a_payment_is_split_and_its_rest_waits(agent: Person, office: Office) -> None:
    first, second = office.invoices
    page = waiting(agent, office)
    page = search(page, "de wit")
    page = page.submit(
        {f"amount_{first.public_id}": "20", f"amount_{second.public_id}": "10"}, button="Book payment"
    )
    assert "What is left of it still waits." in page.words
    assert "Left to settle €20.00" in page.words
    assert (office.now(first).amount_open, office.now(second).amount_open) == (123_000, 99_000)


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("", "Enter an amount for at least one invoice."),
        ("60", "This is more than is left of the payment."),
        ("veel", "Error:"),
        ("0", "Enter an amount above zero."),
    ],
)
def test_wrong_amounts_are_said_and_nothing_is_booked(
    agent: Person, office: Office, amount: str, sentence: str
) -> None:
    page = find(waiting(agent, office), office)
    page = page.submit({f"amount_{office.invoices[0].public_id}": amount}, button="Book payment", status=422)
    assert sentence in page.words
    assert office.number_of(Payment) == 0


def test_more_than_is_open_is_refused(agent: Person, office: Office) -> None:
    page = find(waiting(agent, office, 200_000), office)
    page = page.submit({f"amount_{office.invoices[0].public_id}": "1300"}, button="Book payment", status=422)
    assert "This is more than is still open on invoice" in page.words


def test_who_is_slower_books_nothing(agent: Person, office: Office) -> None:
    page = find(waiting(agent, office), office)
    amounts = {f"amount_{office.invoices[0].public_id}": "20"}
    page.submit(amounts, button="Book payment")
    assert (
        "Somebody changed this in the meantime."
        in page.submit(amounts, button="Book payment", status=409).words
    )
    assert office.now(office.invoices[0]).amount_open == 123_000


def test_a_payment_is_laid_aside_with_a_reason_and_taken_up_again(agent: Person, office: Office) -> None:
    page = waiting(agent, office)
    address = page.path
    page = page.submit({"reason": "paid_back"}, button="Lay aside")
    assert "The payment was laid aside." in page.words
    assert line_of(office).ignore_reason == IgnoreReason.PAID_BACK
    page = agent.open(address)
    assert "It was or will be paid back" in page.words
    assert "This was taken back." in page.submit(button="Take this back").words
    assert line_of(office).state == LineState.UNMATCHED


def test_what_was_booked_is_taken_back(agent: Person, office: Office) -> None:
    invoice = office.invoices[0]
    send(agent, camt(Paid(125_000, text=invoice.number)))
    agent.open(f"/desk/payments/{line_of(office).public_id}").submit(button="Take this back")
    assert office.now(invoice).amount_open == 125_000
    page = agent.open(f"/desk/invoices/{invoice.public_id}")
    assert f"took back a payment of €1,250.00 for {invoice.number}" in page.words


def test_money_that_went_back_says_what_to_do(agent: Person, office: Office) -> None:
    send(agent, camt(Paid(-5_000, reversal=True)))
    page = agent.open("/desk/payments").follow("J van Dijk")
    assert "Take back the payment it came with, then lay this aside." in page.words
    page.submit({"reason": "other"}, button="Lay aside")
    assert "No payment waits" in agent.open("/desk/payments").words


def test_the_list_is_filtered_by_state(agent: Person, office: Office) -> None:
    waiting(agent, office)
    assert "J van Dijk" in agent.open("/desk/payments?state=unmatched").words
    assert "No payment fits these filters" in agent.open("/desk/payments?state=suggested").words


def test_a_viewer_looks_and_changes_nothing(
    agent: Person, office: Office, at_the_desk: Callable[..., Person]
) -> None:
    viewer = at_the_desk(Role.VIEWER, office.organisation)
    address = waiting(agent, office).path
    page = viewer.open(address)
    assert "bedankt" in page.words
    assert [form for form in page.forms if address in form.action] == []
    viewer.open("/desk/statements/new", status=403)
    for step in ("settle", "ignore", "undo"):
        token = viewer.open("/desk/account").form("Sign out").values["csrf_token"]
        viewer.ask("POST", f"{address}/{step}", status=403, data={"csrf_token": token})
    assert line_of(office).state == LineState.UNMATCHED


def test_another_organisation_sees_nothing_of_it(
    agent: Person, office: Office, agent_elsewhere: Person, office_elsewhere: Office
) -> None:
    address = waiting(agent, office).path
    agent_elsewhere.open(address, status=404)
    statement = office.work(lambda: db.session.scalars(select(BankStatement)).one())
    agent_elsewhere.open(f"/desk/statements/{statement.public_id}", status=404)
    assert "No payment waits" in agent_elsewhere.open("/desk/payments").words
    page = find(agent.open(address), office)
    theirs = office_elsewhere.invoices[0]
    form = page.form("Book payment")
    sent = form.filled_in({}, "Book payment") | {f"amount_{theirs.public_id}": ["20"]}
    page = agent.ask("POST", form.action, status=422, data=sent, headers={"Referer": page.url})
    assert office_elsewhere.number_of(Payment) == 0
    assert office_elsewhere.now(theirs).amount_open == 125_000
    assert office.number_of(Invoice) == 2
