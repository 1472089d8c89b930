"""Until when a link works: its printed end is the truth, to the second, on both clock nights too."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask_sqlalchemy.session import Session
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.organisations.models import Organisation
from core.web import formats
from invoices.models import Channel, Debtor
from links.models import AccessLink
from links.operations import issue
from links.queries import LinkExpired, address_of, link_behind
from links.validity import end_of, length_of
from messaging import wording
from tests import factories

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
KEYS = ("a key for tests of the validity of links",)
MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()
SECOND = timedelta(seconds=1)


def local(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


def printed(text: str) -> datetime:
    """Return the moment a Dutch reader understands: the later one, where the clock shows a time twice."""
    found = re.search(r"(\d+) (\w+) (\d{4}) om (\d\d)\.(\d\d) uur", text)
    assert found
    number, month, year, hour, minute = found.groups()
    on = date(int(year), MONTHS.index(month) + 1, int(number))
    return datetime.combine(on, time(int(hour), int(minute), fold=1), tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.fixture
def debtor(session: scoped_session[Session]) -> Iterator[Debtor]:
    with tenancy.everywhere():
        yield factories.debtor(factories.organisation())
        session.rollback()


@pytest.fixture
def organisation(session: scoped_session[Session], debtor: Debtor) -> Organisation:
    return session.get_one(Organisation, debtor.organisation_id)


def issued(organisation: Organisation, debtor: Debtor, *, at: datetime, hours: int) -> AccessLink:
    organisation.link_validity_hours = hours
    return issue(
        organisation=organisation, debtor_id=debtor.id, contact_point_id=None, channel=Channel.EMAIL, now=at
    )


def opens(link: AccessLink, *, at: datetime) -> bool:
    token = address_of(link, base_url="", keys=KEYS).removeprefix("/k/")
    try:
        return link_behind(token=token, keys=KEYS, now=at).id == link.id
    except LinkExpired:
        return False


DAYS = 24
CASES = {
    "an ordinary fortnight": (local(2026, 11, 20), 14 * DAYS, local(2026, 12, 4, 23, 59)),
    "over the night in which summer time ends": (local(2026, 10, 24), 2 * DAYS, local(2026, 10, 26, 23, 59)),
    "on the day on which summer time ends": (local(2026, 10, 24), 1 * DAYS, local(2026, 10, 25, 23, 59)),
    "over the night in which summer time begins": (local(2027, 3, 27), 2 * DAYS, local(2027, 3, 29, 23, 59)),
    "on the day on which summer time begins": (local(2027, 3, 27), 1 * DAYS, local(2027, 3, 28, 23, 59)),
    "hours over the longer night": (local(2026, 10, 24, 20), 12, local(2026, 10, 25, 7)),
    "hours over the shorter night": (local(2027, 3, 27, 20), 12, local(2027, 3, 28, 9)),
    "an end in the hour that is not there": (local(2027, 3, 27, 20, 30), 6, local(2027, 3, 28, 3, 30)),
    "29 February": (local(2028, 2, 15), 14 * DAYS, local(2028, 2, 29, 23, 59)),
    "over 29 February": (local(2028, 2, 28), 2 * DAYS, local(2028, 3, 1, 23, 59)),
    "a year without 29 February": (local(2027, 2, 15), 14 * DAYS, local(2027, 3, 1, 23, 59)),
    "issued a minute before midnight": (local(2026, 11, 20, 23, 59), 1 * DAYS, local(2026, 11, 21, 23, 59)),
    "the shortest": (local(2026, 11, 20, 9, 17), 1, local(2026, 11, 20, 10, 17)),
    "over new year": (local(2026, 12, 20), 30 * DAYS, local(2027, 1, 19, 23, 59)),
}


@pytest.mark.parametrize(("at", "hours", "ends_at"), CASES.values(), ids=CASES.keys())
def test_it_opens_the_second_before_its_printed_end_and_is_refused_at_it(
    organisation: Organisation, debtor: Debtor, at: datetime, hours: int, ends_at: datetime
) -> None:
    link = issued(organisation, debtor, at=at, hours=hours)
    text = wording.moment(link.expires_at, language="nl", zone="Europe/Amsterdam", short=False)
    assert printed(text) == ends_at == link.expires_at
    assert opens(link, at=at)
    assert opens(link, at=ends_at - SECOND)
    assert not opens(link, at=ends_at)
    assert not opens(link, at=ends_at + SECOND)


def test_an_end_in_the_hour_that_comes_twice_is_the_later_one(
    organisation: Organisation, debtor: Debtor
) -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    link = issued(organisation, debtor, at=first - timedelta(hours=6), hours=6)
    text = wording.moment(link.expires_at, language="nl", zone="Europe/Amsterdam", short=False)
    assert "25 oktober 2026 om 02.30 uur" in text
    assert opens(link, at=first + timedelta(minutes=59, seconds=59))
    assert not opens(link, at=first + timedelta(hours=1))
    assert printed(text) == link.expires_at


def test_a_letter_that_was_sent_stays_true_when_the_setting_changes(
    organisation: Organisation, debtor: Debtor
) -> None:
    at = local(2026, 11, 20)
    old = issued(organisation, debtor, at=at, hours=14 * DAYS)
    for hours in (1, 90 * DAYS):
        organisation.link_validity_hours = hours
        assert opens(old, at=local(2026, 12, 4, 23, 58))
        assert not opens(old, at=local(2026, 12, 4, 23, 59))
    new = issued(organisation, debtor, at=at, hours=1)
    assert not opens(new, at=at + timedelta(hours=1))


def test_moving_the_organisation_to_another_zone_moves_no_end(
    organisation: Organisation, debtor: Debtor
) -> None:
    link = issued(organisation, debtor, at=local(2026, 11, 20), hours=14 * DAYS)
    organisation.zone = "Europe/Lisbon"
    assert opens(link, at=local(2026, 12, 4, 23, 58))
    assert not opens(link, at=local(2026, 12, 4, 23, 59))


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_message_and_page_say_the_same_moment(language: str, case: str) -> None:
    at, hours, _ = CASES[case]
    ends_at = end_of(issued_at=at, hours=hours, zone="Europe/Amsterdam")
    letter = wording.moment(ends_at, language=language, zone="Europe/Amsterdam", short=False)
    assert letter == formats.moment(ends_at, language, "Europe/Amsterdam")
    sms = wording.moment(ends_at, language=language, zone="Europe/Amsterdam", short=True)
    clock = f"{ends_at.astimezone(AMSTERDAM):%H:%M}"
    assert (clock.replace(":", ".") if language == "nl" else clock) in letter
    assert (clock.replace(":", "h") if language == "fr" else clock) in sms


MOMENTS = st.integers(0, 7 * 365 * 24 * 3600).map(lambda after: local(2026, 1, 1) + after * SECOND)
ZONES = st.sampled_from(
    ["Europe/Amsterdam", "Europe/Oslo", "Europe/London", "UTC", "America/New_York", "America/Santiago"]
)


@given(MOMENTS, st.integers(1, 24_000), ZONES)
def test_every_link_ends_on_a_whole_minute_and_not_too_early(at: datetime, hours: int, zone: str) -> None:
    ends_at = end_of(issued_at=at, hours=hours, zone=zone)
    assert (ends_at.second, ends_at.microsecond) == (0, 0)
    assert ends_at > at
    # A day in which the clock goes forward is an hour shorter; an end on the minute loses its seconds.
    assert ends_at - at > timedelta(hours=hours) - timedelta(hours=1, minutes=1)
    assert ends_at - at < timedelta(hours=hours) + timedelta(hours=25)


@given(MOMENTS, st.integers(1, 90), ZONES)
def test_days_are_said_as_they_were_set(at: datetime, days: int, zone: str) -> None:
    ends_at = end_of(issued_at=at, hours=days * DAYS, zone=zone)
    assert length_of(issued_at=at, expires_at=ends_at, zone=zone) == timedelta(days=days)


@given(MOMENTS, st.integers(1, 23))
def test_hours_are_said_as_they_were_set(at: datetime, hours: int) -> None:
    ends_at = end_of(issued_at=at, hours=hours, zone="UTC")
    assert length_of(issued_at=at, expires_at=ends_at, zone="UTC") == timedelta(hours=hours)
