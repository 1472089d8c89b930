"""When an invoice is reminded, day by day, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core.clock import day_in
from dunning.schedule import Correspondence, Decision, Plan, Reason, Stage, Standing, decide, decide_together
from messaging.placeholders import MOST_NAMED

STAGES = (
    Stage(1, 7, "preferred", "reminder_1"),
    Stage(2, 21, "preferred", "reminder_2"),
    Stage(3, 35, "preferred", "reminder_3"),
)
PLAN = Plan(stages=STAGES, minimum_gap_days=7, amount_minimum=1000, currency="EUR")
DUE = date(2026, 10, 1)
REACHABLE = Correspondence(channels={"email"})


def standing(**changes: object) -> Standing:
    values: dict[str, object] = {"due_on": DUE, "amount": 12_500, "currency": "EUR"}
    return Standing(**(values | changes))  # type: ignore[arg-type]  # the dataclass says what is right


def on(today: date, invoice: Standing, debtor: Correspondence = REACHABLE, plan: Plan = PLAN) -> Decision:
    return decide(plan=plan, invoice=invoice, debtor=debtor, today=today)


def life_of(invoice_due_on: date, *, first_run: date, days: int, plan: Plan = PLAN) -> list[tuple[date, int]]:
    """Run the plan every day and return which stage went out when."""
    sent: list[tuple[date, int]] = []
    reached: tuple[int, date | None] = (0, None)
    for offset in range(days):
        today = first_run + timedelta(days=offset)
        invoice = standing(due_on=invoice_due_on, reached=reached[0], reached_on=reached[1])
        decision = on(today, invoice, Correspondence({"email"}, written_on=reached[1]), plan)
        if decision.stage:
            reached = (decision.stage.position, today)
            sent.append((today, decision.stage.position))
    return sent


def test_the_first_stage_waits_for_its_day() -> None:
    assert on(date(2026, 10, 7), standing()) == Decision(None, Reason.NOT_DUE_YET, "2026-10-08")
    assert on(date(2026, 10, 8), standing()).stage == STAGES[0]


def test_an_invoice_on_time_is_reminded_on_the_days_of_the_plan() -> None:
    assert life_of(DUE, first_run=DUE, days=400) == [
        (date(2026, 10, 8), 1),
        (date(2026, 10, 22), 2),
        (date(2026, 11, 5), 3),
    ]


@pytest.mark.parametrize("late", [8, 50, 400, 4_000])
def test_an_invoice_that_comes_late_gets_one_stage_at_a_time_with_the_distance_of_the_plan(late: int) -> None:
    start = DUE + timedelta(days=late)
    days = [(day - start).days for day, _ in life_of(DUE, first_run=start, days=60)]
    assert days == [0, 14, 28]


def test_a_plan_with_stages_close_together_still_keeps_the_minimum_gap() -> None:
    close = Plan((Stage(1, 1, "email", "a"), Stage(2, 3, "email", "b")), 10, 0, "EUR")
    assert [day.day for day, _ in life_of(DUE, first_run=DUE, days=30, plan=close)] == [2, 12]


def test_days_on_which_nothing_ran_are_caught_up_once() -> None:
    invoice = standing(reached=1, reached_on=date(2026, 10, 8))
    debtor = Correspondence({"email"}, written_on=date(2026, 10, 8))
    assert on(date(2026, 12, 24), invoice, debtor).stage == STAGES[1]


def test_after_the_last_stage_nothing_goes_out_any_more() -> None:
    invoice = standing(reached=3, reached_on=date(2026, 11, 5))
    assert on(date(2028, 1, 1), invoice) == Decision(None, Reason.ALL_STAGES_DONE)


def test_stages_that_were_taken_away_count_as_reached() -> None:
    assert on(date(2028, 1, 1), standing(reached=7, reached_on=DUE)).reason == Reason.ALL_STAGES_DONE


@pytest.mark.parametrize("after", [0, 6])
def test_a_debtor_who_was_written_to_is_left_in_peace_for_the_gap(after: int) -> None:
    written = date(2026, 11, 1)
    debtor = Correspondence({"email"}, written_on=written)
    assert on(written + timedelta(days=after), standing(), debtor) == Decision(None, Reason.GAP, "2026-11-08")


def test_the_day_the_gap_ends_the_debtor_may_be_written_to() -> None:
    debtor = Correspondence({"email"}, written_on=date(2026, 11, 1))
    assert on(date(2026, 11, 8), standing(), debtor).stage == STAGES[0]


def test_a_message_under_way_is_waited_for() -> None:
    waiting = Correspondence({"email"}, is_waiting=True)
    assert on(date(2026, 12, 1), standing(), waiting).reason == Reason.MESSAGE_WAITING


def test_what_the_gate_says_comes_before_everything_else() -> None:
    held = standing(why_not=("exempt", "action:7"), reached=3)
    waiting = Correspondence((), is_waiting=True)
    assert on(date(2026, 12, 1), held, waiting) == Decision(None, "exempt", "action:7")


@pytest.mark.parametrize(("amount", "currency", "reason"), [
    (999, "EUR", Reason.BELOW_MINIMUM),
    (1000, "EUR", ""),
    (999, "NOK", ""),
])  # fmt: skip
def test_small_amounts_are_left_alone_in_the_organisations_currency(
    amount: int, currency: str, reason: str
) -> None:
    assert on(date(2026, 12, 1), standing(amount=amount, currency=currency)).reason == reason


@pytest.mark.parametrize(("stage_channel", "usable", "reason"), [
    ("preferred", set(), Reason.NO_CONTACT),
    ("email", set(), Reason.NO_CONTACT),
    ("email", {"sms"}, Reason.NO_CHANNEL),
    ("sms", {"email"}, Reason.NO_CHANNEL),
    ("preferred", {"sms"}, ""),
    ("sms", {"email", "sms"}, ""),
])  # fmt: skip
def test_a_stage_needs_an_address_it_can_write_to(stage_channel: str, usable: set[str], reason: str) -> None:
    plan = Plan((Stage(1, 7, stage_channel, "reminder_1"),), 7, 0, "EUR")
    assert on(date(2026, 12, 1), standing(), Correspondence(usable), plan).reason == reason


@pytest.mark.parametrize("due_on", [date(2028, 2, 15), date(2028, 2, 22), date(2028, 2, 29)])
def test_the_29th_of_february_counts_like_any_other_day(due_on: date) -> None:
    days = [(day - due_on).days for day, _ in life_of(due_on, first_run=due_on, days=60)]
    assert days == [7, 21, 35]


@pytest.mark.parametrize(
    ("moment", "stage"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), None),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 1),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), 1),
        (datetime(2027, 3, 27, 22, 59, tzinfo=UTC), 1),
        (datetime(2027, 3, 27, 23, 0, tzinfo=UTC), 1),
    ],
)
def test_a_day_begins_at_midnight_on_the_organisations_clock_in_both_nights_of_the_changes(
    moment: datetime, stage: int | None
) -> None:
    invoice = standing(due_on=date(2026, 10, 18))
    decided = on(day_in(moment, "Europe/Amsterdam"), invoice).stage
    assert (decided.position if decided else None) == stage


@pytest.mark.parametrize(
    ("last_night", "moments"),
    [
        (date(2026, 10, 25), [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in range(22)]),
        (date(2027, 3, 28), [datetime(2027, 3, 28, hour, 30, tzinfo=UTC) for hour in range(21)]),
    ],
)
def test_the_longest_and_the_shortest_day_of_the_year_end_the_gap_once(
    last_night: date, moments: list[datetime]
) -> None:
    debtor = Correspondence({"email"}, written_on=last_night - timedelta(days=6))
    answers = {on(day_in(moment, "Europe/Amsterdam"), standing(), debtor) for moment in moments}
    assert answers == {Decision(None, Reason.GAP, (last_night + timedelta(days=1)).isoformat())}


def test_a_message_that_begins_a_term_is_about_no_more_invoices_than_it_can_name() -> None:
    stages = (Stage(1, 7, "email", "reminder_1"), Stage(2, 21, "email", "formal_notice", begins_term=True))
    plan = Plan(stages, minimum_gap_days=7, amount_minimum=0, currency="EUR")
    further = standing(reached=1, reached_on=date(2026, 11, 1))
    many = [*[standing()] * MOST_NAMED, further, further]
    told = decide_together(plan=plan, invoices=many, debtor=REACHABLE, today=date(2026, 12, 1))
    assert [one.stage for one in told[-2:]] == [stages[1]] * 2
    waiting = [place for place, one in enumerate(told) if one.reason == Reason.MESSAGE_FULL]
    assert waiting == [MOST_NAMED - 2, MOST_NAMED - 1]
    plain = decide_together(plan=PLAN, invoices=many[:-2] * 2, debtor=REACHABLE, today=date(2026, 12, 1))
    assert all(one.stage == STAGES[0] for one in plain)
