"""When people may be approached about money, to the minute, by country."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.law.holidays import easter, is_holiday
from core.law.hours import countries_of, hours_on
from core.law.shelf import shipped
from messaging.contact_hours import next_moment, next_moment_anywhere

COUNTRIES = countries_of(shipped())
ZONES = {"NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "BE": "Europe/Brussels", "": "Europe/Lisbon"}


def moment(written: str, zone: str = "Europe/Amsterdam") -> datetime:
    """Return the moment at which clocks in the zone say this."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone))


def goes_at(written: str, country: str = "NL") -> str:
    """Return what clocks there say when a message that is due at `written` may leave."""
    zone = ZONES[country]
    at = next_moment(country=country, zone=zone, at=moment(written, zone))
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(("due", "leaves"), [
    ("2026-11-21 06:59", "2026-11-21 07:00"),
    ("2026-11-21 07:00", "2026-11-21 07:00"),
    ("2026-11-21 19:59", "2026-11-21 19:59"),
    ("2026-11-21 20:00", "2026-11-23 07:00"),
    ("2026-11-22 12:00", "2026-11-23 07:00"),
    ("2026-11-23 20:00", "2026-11-24 07:00"),
])  # fmt: skip
def test_in_the_netherlands_messages_leave_from_seven_to_eight_but_not_on_sundays(
    due: str, leaves: str
) -> None:
    assert goes_at(due) == leaves


@pytest.mark.parametrize(("due", "leaves"), [
    ("2025-12-31 20:00", "2026-01-03 07:00"),
    ("2026-04-02 20:00", "2026-04-04 07:00"),
    ("2026-04-04 20:00", "2026-04-07 07:00"),
    ("2026-04-27 09:00", "2026-04-28 07:00"),
    ("2026-05-05 12:00", "2026-05-06 07:00"),
    ("2026-05-14 09:00", "2026-05-16 07:00"),
    ("2026-05-15 09:00", "2026-05-16 07:00"),
    ("2026-05-23 20:00", "2026-05-26 07:00"),
    ("2026-12-24 20:00", "2026-12-28 07:00"),
    ("2027-05-07 12:00", "2027-05-08 07:00"),
    ("2028-04-28 12:00", "2028-04-29 07:00"),
    ("2028-05-26 12:00", "2028-05-27 07:00"),
])  # fmt: skip
def test_no_message_leaves_on_a_dutch_holiday_or_a_day_equated_with_one(due: str, leaves: str) -> None:
    assert goes_at(due) == leaves


def test_the_kings_birthday_is_kept_on_saturday_when_it_falls_on_a_sunday() -> None:
    assert is_holiday(book=shipped(), country="NL", day=date(2031, 4, 26))
    assert not is_holiday(book=shipped(), country="NL", day=date(2031, 4, 27))
    assert is_holiday(book=shipped(), country="NL", day=date(2026, 4, 27))


def test_a_day_equated_with_a_holiday_in_one_year_is_a_working_day_in_another() -> None:
    assert is_holiday(book=shipped(), country="NL", day=date(2026, 5, 15))
    assert not is_holiday(book=shipped(), country="NL", day=date(2027, 5, 14))


@pytest.mark.parametrize(("due", "leaves"), [
    ("2026-11-20 07:59", "2026-11-20 08:00"),
    ("2026-11-20 20:59", "2026-11-20 20:59"),
    ("2026-11-20 21:00", "2026-11-21 09:00"),
    ("2026-11-21 08:59", "2026-11-21 09:00"),
    ("2026-11-21 14:59", "2026-11-21 14:59"),
    ("2026-11-21 15:00", "2026-11-23 08:00"),
    ("2027-05-17 10:00", "2027-05-18 08:00"),
    ("2026-04-01 21:00", "2026-04-04 09:00"),
    ("2026-04-04 15:00", "2026-04-07 08:00"),
])  # fmt: skip
def test_in_norway_saturdays_are_shorter_and_the_easter_days_are_free(due: str, leaves: str) -> None:
    assert goes_at(due, "NO") == leaves


def test_a_country_without_a_law_gets_careful_hours() -> None:
    assert goes_at("2026-11-20 07:30", "BE") == "2026-11-20 08:00"
    assert goes_at("2026-07-21 10:00", "BE") == "2026-07-22 08:00"
    assert goes_at("2026-07-21 10:00", "") == "2026-07-21 10:00"
    assert goes_at("2026-12-25 10:00", "") == "2026-12-26 08:00"


def test_the_hours_follow_the_clock_on_the_wall_when_it_is_changed() -> None:
    before, after = moment("2026-10-24 20:00"), moment("2026-03-28 20:00")
    assert next_moment(country="NL", zone=ZONES["NL"], at=before) == datetime(2026, 10, 26, 6, tzinfo=UTC)
    assert next_moment(country="NL", zone=ZONES["NL"], at=after) == datetime(2026, 3, 30, 5, tzinfo=UTC)


def test_a_moment_that_suits_every_country_is_outside_nobodys_hours() -> None:
    at = next_moment_anywhere(zone="Europe/Amsterdam", at=moment("2026-05-13 20:30"))
    assert at == moment("2026-05-16 09:00")
    assert all(next_moment(country=country, zone="Europe/Amsterdam", at=at) == at for country in COUNTRIES)


@pytest.mark.parametrize(("year", "day"), [
    (1818, "03-22"), (1943, "04-25"), (2000, "04-23"), (2024, "03-31"), (2026, "04-05"), (2038, "04-25"),
])  # fmt: skip
def test_easter_is_where_the_tables_say_it_is(year: int, day: str) -> None:
    assert easter(year) == date.fromisoformat(f"{year}-{day}")


@given(
    minutes=some.integers(0, 17 * 365 * 24 * 60),
    country=some.sampled_from([*sorted(COUNTRIES), "IT"]),
    zone=some.sampled_from(["Europe/Amsterdam", "Europe/Oslo", "Atlantic/Azores"]),
)
def test_every_message_leaves_within_hours_never_earlier_and_never_a_minute_too_late(
    minutes: int, country: str, zone: str
) -> None:
    at = datetime(2024, 4, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    leaves = next_moment(country=country, zone=zone, at=at)
    local = leaves.astimezone(ZoneInfo(zone))
    hours = hours_on(book=shipped(), country=country, day=local.date())
    assert hours is not None
    assert hours.opens <= local.time() < hours.closes
    assert leaves >= at
    assert next_moment(country=country, zone=zone, at=leaves) == leaves
    if leaves > at:
        early = leaves - timedelta(microseconds=1)
        assert next_moment(country=country, zone=zone, at=early) > early
