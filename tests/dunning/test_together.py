"""Invoices of one debtor in different stages: one message has one text, and none loses its term by it."""

from datetime import date

import pytest

from core.database import db
from core.law.collecting import ChargeKind
from dunning.explaining import explain
from dunning.models import (
    DunningNotice,
    DunningNoticeInvoice,
    DunningRun,
    DunningStage,
    NoticeState,
    StageChannel,
)
from dunning.policies import StageWish
from dunning.simulation import simulate
from invoices.models import Channel, Debtor, Invoice
from messaging.models import Message
from messaging.rendering import invoices_in
from tests import factories
from tests.dunning.charging import COSTS, MAIL, charges, follow, owing, pay
from tests.dunning.conftest import Office, day, days

pytestmark = pytest.mark.usefixtures("rates")
FIRST_NOTICE = day(2026, 11, 23)
COLLECTION_DAY = FIRST_NOTICE + days(28)
HOME = {"street": "Dorpsstraat", "house_number": "12", "postcode": "1234 AB", "city": "Utrecht"}


def two(office: Office) -> tuple[Invoice, Invoice]:
    """Let one invoice have its term, so that its costs come on the day the other one's term should begin."""
    follow(office, StageWish(14, MAIL, "formal_notice"), StageWish(42, MAIL, "reminder_3", 0, COSTS))
    debtor = office.debtor()
    (first,) = owing(office, 10000, whom=debtor)
    (second,) = owing(office, 20000, whom=debtor, due_on=date(2026, 12, 7))
    return first, second


def sent(messages: list[Message]) -> list[tuple[str, tuple[int, ...]]]:
    return [(message.event, invoices_in(message)) for message in messages]


def told(office: Office, invoice: Invoice, on: date) -> list[tuple[str, str]]:
    found = explain(organisation=office.organisation, invoice=invoice, on=on)
    return [(one.reason, one.detail) for one in found.objections]


def test_a_reminder_with_a_term_waits_for_a_message_that_gives_the_term(office: Office) -> None:
    first, second = two(office)
    assert sent(office.run_and_send(FIRST_NOTICE)) == [("formal_notice", (first.id,))]
    assert told(office, second, COLLECTION_DAY.date()) == [("notice_waits", "")]
    run = office.propose(COLLECTION_DAY)
    assert office.skips(run) == {second.id: ("notice_waits", "")}
    office.confirm(run, COLLECTION_DAY)
    assert sent(office.messages()[-1:]) == [("reminder_3", (first.id,))]
    assert charges(first, second) == [(ChargeKind.COLLECTION_COST, 4000)]


def test_the_one_that_waited_gets_its_term_and_only_then_its_costs(office: Office) -> None:
    first, second = two(office)
    office.run_and_send(FIRST_NOTICE)
    office.run_and_send(COLLECTION_DAY)
    later = COLLECTION_DAY + days(1)
    assert told(office, second, later.date()) == []
    assert sent(office.run_and_send(later)) == [("formal_notice", (second.id,))]
    assert len(charges(first, second)) == 1
    office.run_and_send(later + days(28))
    assert charges(second) == [(ChargeKind.COLLECTION_COST, 4000)]


def test_a_simulation_lets_the_same_ones_wait(office: Office) -> None:
    two(office)
    told = simulate(organisation=office.organisation, policy_id=office.policy.id, today=FIRST_NOTICE.date())
    done = []
    for offset in range(90):
        now = FIRST_NOTICE + days(offset)
        if now.weekday() < 5:
            done += [(now.date(), message.event) for message in office.run_and_send(now)]
    names = {1: "formal_notice", 2: "reminder_3"}
    assert [(one.day, names[stage]) for one in told.days for stage in one.messages] == done
    assert [event for _, event in done] == ["formal_notice", "reminder_3", "formal_notice", "reminder_3"]


def test_what_would_be_added_leaves_out_the_messages_it_is_not_in(office: Office) -> None:
    first, second = two(office)
    office.run_and_send(FIRST_NOTICE)
    of_first = explain(organisation=office.organisation, invoice=first, on=COLLECTION_DAY.date())
    of_second = explain(organisation=office.organisation, invoice=second, on=COLLECTION_DAY.date())
    assert (of_first.added.costs, of_second.added.costs) == (4000, 0)


def staged(office: Office, first: StageChannel, second: StageChannel, **changes: str) -> DunningRun:
    """Propose a message about two invoices of a debtor, one in each stage; then the higher one is paid."""
    follow(office, StageWish(7, MAIL, "reminder_1"), StageWish(30, MAIL, "reminder_2"))
    for position, channel in enumerate((first, second), start=1):
        db.session.query(DunningStage).filter_by(position=position).one().channel = channel
    debtor = a_reachable(office, **changes)
    (higher,) = owing(office, 10000, whom=debtor, due_on=date(2026, 10, 1))
    office.run_and_send(day(2026, 11, 2))
    owing(office, 20000, whom=debtor, due_on=date(2026, 11, 10))
    run = office.propose(FIRST_NOTICE + days(4))
    pay(office, higher, 10000, date(2026, 11, 26))
    return run


def a_reachable(office: Office, **changes: str) -> Debtor:
    debtor = office.debtor(with_email=True, **changes)
    factories.contact_point(debtor, channel=Channel.SMS, value="+31612345678", is_preferred=False)
    return debtor


def test_what_is_left_is_not_sent_a_way_that_its_own_stage_does_not_go(office: Office) -> None:
    run = staged(office, StageChannel.EMAIL, StageChannel.SMS)
    assert db.session.query(DunningNotice).filter_by(run_id=run.id).one().event == "reminder_2"
    before = len(office.messages())
    office.confirm(run, FIRST_NOTICE + days(4))
    assert len(office.messages()) == before
    assert ("other_way", "email") in office.skips(run).values()
    assert db.session.query(DunningNotice).filter_by(run_id=run.id).one().state is NoticeState.HELD_BACK
    (again,) = office.run_and_send(FIRST_NOTICE + days(7))
    assert (again.event, again.channel) == ("reminder_1", Channel.EMAIL)


def test_a_letter_is_not_written_for_a_stage_that_prints_none(office: Office) -> None:
    run = staged(office, StageChannel.PREFERRED, StageChannel.LETTER, **HOME)
    office.confirm(run, FIRST_NOTICE + days(4))
    assert ("other_way", "preferred") in office.skips(run).values()


def test_what_is_left_goes_where_its_own_stage_may_go_as_well(office: Office) -> None:
    run = staged(office, StageChannel.SMS_EMAIL, StageChannel.SMS)
    office.confirm(run, FIRST_NOTICE + days(4))
    assert (office.messages()[-1].event, office.messages()[-1].channel) == ("reminder_1", Channel.SMS)


@pytest.mark.parametrize(("channel", "goes"), [(Channel.SMS, False), (Channel.EMAIL, True)])
def test_a_stage_the_plan_has_no_more_goes_where_its_text_has_words(
    office: Office, channel: Channel, goes: bool
) -> None:
    run = staged(office, StageChannel.EMAIL, StageChannel(channel.value))
    for line in office.lines(run):
        if line.stage_position == 1:
            line.event = "formal_notice"
    before = len(office.messages())
    office.confirm(run, FIRST_NOTICE + days(4))
    assert len(office.messages()) - before == goes
    if not goes:
        assert ("other_way", "") in office.skips(run).values()


def test_a_proposal_of_before_that_would_lose_a_term_lets_it_wait(office: Office) -> None:
    run = staged(office, StageChannel.EMAIL, StageChannel.EMAIL)
    (waiting,) = [line for line in office.lines(run) if line.stage_position == 1]
    waiting.event = "formal_notice"
    (notice,) = db.session.query(DunningNotice).filter_by(run_id=run.id)
    third = office.invoice(db.session.get_one(Debtor, notice.debtor_id))
    db.session.add(
        DunningNoticeInvoice(
            organisation_id=run.organisation_id,
            notice_id=notice.id,
            invoice_id=third.id,
            stage_position=2,
            event="reminder_2",
            amount=third.amount,
        )
    )
    db.session.flush()
    office.confirm(run, FIRST_NOTICE + days(4))
    assert sent(office.messages()[-1:]) == [("reminder_2", (third.id,))]
    assert office.skips(run)[waiting.invoice_id] == ("notice_waits", "")
