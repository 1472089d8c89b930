"""Workers that send SMS are killed while the provider answers badly: nothing is lost and nothing doubled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from invoices.models import Channel
from tests.fakes.twilio import FakeTwilio
from tests.faults.hours import Clock
from tests.faults.keeper import CONTEXT, DRAW
from tests.faults.killing import Shift
from tests.faults.outbox import LINK, REMINDER, Kind, outbox_of, sms_config
from tests.faults.pack import Pack
from tests.faults.verdict import Verdict, verdict_of

# Which share of the requests meets what; and what was created in the last seconds is not on the list yet.
TROUBLES = (("500 after create", 0.01), ("cut after create", 0.01), ("cut", 0.01), (20429, 0.02))
LIST_LAG = 0.2


@dataclass(frozen=True, slots=True)
class Texting:
    """What came of it, and how long the provider had been asked about a doubtful one at most."""

    verdict: Verdict
    longest_asked: timedelta


def kill_sms_workers(*, database_url: str, folder: Path, kills: int, messages: int) -> Texting:
    """Kill one of two workers again and again while they send reminders and links by SMS."""
    kinds: Sequence[Kind] = (REMINDER, LINK)
    numbers = [f"+316{10_000_000 + number}" for number in range(messages)]
    clock = Clock(CONTEXT)
    with FakeTwilio() as twilio:
        twilio.faults.drawn = _trouble
        twilio.list_lag_seconds = LIST_LAG
        config = sms_config(
            database_url=database_url,
            folder=folder,
            account_sid=twilio.account_sid,
            token=twilio.auth_token,
            url=twilio.base_url,
        )
        with outbox_of(config) as outbox:
            outbox.fill(numbers[:2], channel=Channel.SMS, kinds=kinds)
            with Pack(config, clock) as pack:
                outbox.fill(numbers[2:], channel=Channel.SMS, kinds=kinds)
                pack.work()
                shift = Shift(pack, outbox, clock, lambda: len(twilio.messages))
                states = shift.until_done(kills=kills, messages=messages)
            taken = [(message["to"], message["sid"]) for message in twilio.messages]
            return Texting(verdict_of(states, taken, kills=pack.kills), shift.longest_asked)


def _trouble() -> int | str | None:
    drawn = DRAW.random()
    for fault, share in TROUBLES:
        drawn -= share
        if drawn < 0:
            return fault
    return None
