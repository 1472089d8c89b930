"""Promises that tests of the suite keep, killing nothing; some of them are asked more of here than there."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench.page import ROOT
from tests.faults.promises import Promise


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a test tries: in the suite, and in the full tier, which says so in this variable.

    `times` is how many such rounds the test makes on each database.
    """

    variable: str
    in_suite: int
    full: int
    times: int = 1

    @property
    def here(self) -> int:
        """How often it tries in this process."""
        return int(os.environ.get(self.variable, self.in_suite))

    def of(self, part: float) -> int:
        """How often it is to try in this part of the full tier; never less often than in the suite."""
        return max(round(self.full * part), self.in_suite)


@dataclass(frozen=True, slots=True)
class InSuite:
    """A row of the page: `what` may hold a place for how often it is tried in all."""

    what: str
    must_be: str
    tests: Sequence[str]
    asked: Asked | None = None


RACES = Asked("RACES", in_suite=100, full=300)
ORDERS = Asked("ORDERS_OF_CALLBACKS", in_suite=125, full=1_250, times=4)
CLOCK_NIGHTS = {
    "tests/dunning/test_schedule.py": (
        "test_a_day_begins_at_midnight_on_the_organisations_clock_in_both_nights_of_the_changes",
        "test_the_longest_and_the_shortest_day_of_the_year_end_the_gap_once",
        "test_the_29th_of_february_counts_like_any_other_day",
    ),
    "tests/dunning/test_charge_interest.py": ("test_the_29th_of_february_is_a_day_like_any_other",),
    "tests/links/test_validity.py": (
        "test_it_opens_the_second_before_its_printed_end_and_is_refused_at_it",
        "test_an_end_in_the_hour_that_comes_twice_is_the_later_one",
    ),
    "tests/messaging/test_contact_hours.py": (
        "test_the_hours_follow_the_clock_on_the_wall_when_it_is_changed",
        "test_every_message_leaves_within_hours_never_earlier_and_never_a_minute_too_late",
    ),
}
ROWS = (
    InSuite(
        "a reaction against a run at hand-over, {:,} rounds",
        "nothing handed over after the reaction was stored",
        ["tests/dunning/test_race.py"],
        RACES,
    ),
    InSuite(
        "callbacks in every order and repetition, {:,} drawn by Hypothesis",
        "the same end; never back from delivered",
        ["tests/messaging/test_reports.py::test_any_order_and_repetition_of_reports_has_the_same_end"],
        ORDERS,
    ),
    InSuite(
        "both nights in which the clock is changed, and 29 February: reminders, their gaps, interest, links, "
        "contact hours",
        "nothing twice, early or lost",
        [f"{file}::{test}" for file, tests in CLOCK_NIGHTS.items() for test in tests],
    ),
)


def ran(row: InSuite, part: float) -> Promise:
    """Run the tests, on every kind of database there is."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *row.tests]
    what, environment = row.what, dict(os.environ)
    if row.asked:
        number = row.asked.of(part)
        what = what.format(number * row.asked.times)
        environment[row.asked.variable] = str(number)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    names = ", ".join(f"`{test}`" for test in row.tests)
    last = done.stdout.strip().splitlines()[-1:]
    return Promise(what, row.must_be, f"{names}: {''.join(last)}", done.returncode == 0)
