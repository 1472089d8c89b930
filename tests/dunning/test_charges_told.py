"""What is added is told: in explanations and dry runs before, in the message when it leaves."""

from datetime import date

import pytest

from core.database import db
from core.law.collecting import ChargeKind
from dunning.bills import Omission
from dunning.elsewhere import send_elsewhere
from dunning.explaining import explain
from dunning.lawful_texts import TextWithoutCharges
from dunning.simulation import simulate
from invoices.models import Channel, Invoice
from messaging import charges as asking
from messaging.models import Message, MessageState, MessageTemplate
from tests import factories
from tests.dunning.charging import charges, collecting, owing, pay
from tests.dunning.conftest import Office, day, days
from tests.dunning.post import Post

pytestmark = pytest.mark.usefixtures("rates")
MONDAY, FIRST_COST = day(2026, 11, 23), day(2026, 12, 8)


def told(office: Office, invoice: Invoice, on: date) -> tuple[list[tuple[ChargeKind, int]], list[Omission]]:
    """Return what a reminder would add, and what not."""
    found = explain(organisation=office.organisation, invoice=invoice, on=on).added
    return [(line.kind, line.amount) for line in found.lines], list(found.omissions)


def own_text(office: Office, body: str) -> None:
    """Let the organisation have words of its own for the third reminder."""
    db.session.add(
        MessageTemplate(
            organisation_id=office.organisation.id,
            event="reminder_3",
            channel="email",
            language="nl",
            subject="Herinnering",
            body=body,
            updated_at=MONDAY,
        )
    )
    db.session.flush()


def test_what_is_explained_for_a_day_is_what_a_run_on_that_day_adds(office: Office) -> None:
    collecting(office, interest=True)
    first, second = owing(office, 10000, 20000)
    office.run_and_send(MONDAY)
    foretold = [told(office, one, FIRST_COST.date())[0] for one in (first, second)]
    office.run_and_send(FIRST_COST)
    assert foretold[0] + foretold[1] == charges(first, second)
    assert len(charges(first)) == 2


def test_an_explanation_says_why_nothing_is_added(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    assert told(office, invoice, MONDAY.date()) == ([], [])
    office.run_and_send(MONDAY)
    lines, omissions = told(office, invoice, FIRST_COST.date() - days(1))
    assert lines == []
    assert [(one.what, one.why, one.detail) for one in omissions] == [("costs", "term_running", "2026-12-08")]


def test_an_explanation_says_that_the_text_names_nothing(office: Office) -> None:
    collecting(office)
    (invoice,) = owing(office, 30000)
    office.run_and_send(MONDAY)
    own_text(office, "((link))")
    lines, (omission,) = told(office, invoice, FIRST_COST.date())
    assert (lines, omission.why) == ([], "not_said")
    with pytest.raises(TextWithoutCharges):
        office.run_and_send(FIRST_COST)
    assert charges(invoice) == []


def test_a_dry_run_adds_what_runs_on_every_working_day_would(office: Office) -> None:
    collecting(office, interest=True)
    invoices = owing(office, 10000, 20000) + owing(office, 50000, due_on=date(2026, 12, 20))
    foretold = simulate(organisation=office.organisation, policy_id=office.policy.id, today=MONDAY.date())
    for offset in range(90):
        if (MONDAY + days(offset)).weekday() < 5:
            office.run_and_send(MONDAY + days(offset))
    assert foretold.added == {2: {"EUR": sum(amount for _, amount in charges(*invoices))}}
    assert foretold.total == len(office.messages())


def test_a_dry_run_of_one_debtor_is_not_that_of_two(office: Office) -> None:
    collecting(office)
    owing(office, 10000)
    owing(office, 10000)
    found = simulate(
        organisation=office.organisation, policy_id=office.policy.id, today=MONDAY.date(), most_debtors=1
    )
    assert (found.added, found.is_complete) == ({2: {"EUR": 4000}}, False)


def test_the_message_names_each_amount_and_the_sum(office: Office, post: Post) -> None:
    collecting(office, interest=True)
    owing(office, 100000)
    office.run(MONDAY)
    db.session.commit()
    post.deliver(MONDAY)
    office.run(FIRST_COST)
    db.session.commit()
    post.deliver(FIRST_COST)
    notice, last = (words.replace("\u00a0", " ") for words in post.words())
    assert "Incassokosten" not in notice
    assert "€ 150,00" in notice
    for line in (
        "Open op de facturen: € 1.000,00",
        "Incassokosten: € 150,00",
        "Rente tot en met dinsdag 8 december 2026: € 10,64",
        "Samen te betalen: € 1.160,64",
    ):
        assert line in last, line


def test_a_message_whose_text_was_changed_meanwhile_does_not_leave_silently(
    office: Office, post: Post
) -> None:
    collecting(office)
    owing(office, 100000)
    office.run_and_send(MONDAY)
    office.run(FIRST_COST)
    own_text(office, "((link))")
    db.session.commit()
    post.deliver(FIRST_COST)
    assert post.words() == []
    assert office.messages()[-1].state is not MessageState.SENT


def test_an_invoice_paid_after_the_run_takes_its_costs_out_of_the_message(office: Office, post: Post) -> None:
    collecting(office)
    paid, stays = owing(office, 30000, 30000)
    office.run_and_send(MONDAY)
    office.run(FIRST_COST)
    pay(office, paid, 30000, FIRST_COST.date())
    db.session.commit()
    for _ in range(2):
        post.deliver(FIRST_COST)
    (words,) = post.words()
    assert "Samen te betalen: € 345,00" in words.replace("\u00a0", " ")
    of_them = asking.asked_for(organisation_id=office.organisation.id, invoice_ids=[paid.id, stays.id])
    assert list(of_them) == [stays.id]


def lost(office: Office) -> tuple[Invoice, Message, str]:
    """Return an invoice, its reminder with costs that came back, and another address."""
    collecting(office)
    debtor = office.debtor()
    other = factories.contact_point(debtor, channel=Channel.EMAIL, value="other@mail.example")
    (invoice,) = owing(office, 30000, whom=debtor)
    office.run_and_send(MONDAY)
    (message,) = office.run_and_send(FIRST_COST)
    message.state = MessageState.BOUNCED
    return invoice, message, other.public_id


def again(office: Office, message: Message, contact: str, at: int) -> Message:
    """Send a message to the other address."""
    return send_elsewhere(
        organisation=office.organisation,
        message=message,
        way=contact,
        attempt=message.attempt,
        member_id=office.agent.id,
        now=FIRST_COST + days(at),
    )


def test_a_message_sent_elsewhere_takes_its_costs_along(office: Office) -> None:
    invoice, message, contact = lost(office)
    again(office, message, contact, 1)
    office.end_messages(MessageState.SENT, FIRST_COST + days(1))
    of_it = asking.asked_for(organisation_id=office.organisation.id, invoice_ids=[invoice.id])
    assert asking.total(of_it[invoice.id]) == 4500
    assert len(charges(invoice)) == 1


def test_costs_that_a_later_run_asked_for_are_not_taken_along_as_well(office: Office) -> None:
    invoice, message, contact = lost(office)
    office.run_and_send(FIRST_COST + days(7))
    again(office, message, contact, 8)
    office.end_messages(MessageState.SENT, FIRST_COST + days(8))
    of_it = asking.asked_for(organisation_id=office.organisation.id, invoice_ids=[invoice.id])
    assert asking.total(of_it[invoice.id]) == 4500
