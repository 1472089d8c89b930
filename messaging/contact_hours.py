"""When people may be approached about money: hours by country, checked at the moment a message leaves.

Each row has its source. What answers a debtor's own request (a link asked for, a receipt) is no approach and
is not held to these hours. Pure rules, without database or clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.holidays import HOLIDAYS, is_holiday

SATURDAY, SUNDAY = 5, 6
# Longer than any row of Sundays and holidays.
LONGEST_WAIT_DAYS = 31


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` until just before `closes`, on the clock of the debtor."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class ContactHours:
    """The hours of a country from a day on; None is a day without any. Holidays have none."""

    country: str
    valid_from: date
    weekdays: Hours
    saturdays: Hours | None
    sundays: Hours | None
    source: str


OWN_CHOICE = "No law known: our own choice"
CAREFUL = Hours(time(8), time(20))
DUTCH = Hours(time(7), time(20))
ROWS: tuple[ContactHours, ...] = (
    ContactHours("", date(2000, 1, 1), CAREFUL, CAREFUL, None, OWN_CHOICE),
    ContactHours(
        "NL", date(2024, 4, 1), DUTCH, DUTCH, None, "Besluit kwaliteit incassodienstverlening, art. 4.2"
    ),
    ContactHours(
        "NO", date(2000, 1, 1), Hours(time(8), time(21)), Hours(time(9), time(15)), None,
        "Prop. 3 L (2025-2026), kept to although it is not in force",
    ),
)  # fmt: skip


def may_approach(*, country: str, zone: str, at: datetime) -> bool:
    """Return whether people in the country may be approached at this moment (aware); `zone` is IANA."""
    return next_moment(country=country, zone=zone, at=at) == at


def next_moment(*, country: str, zone: str, at: datetime) -> datetime:
    """Return the first moment from `at` on (aware) at which people in the country may be approached, in UTC.

    `country` is ISO 3166 (`NL`); one without rows gets careful hours. `zone` is the clock that counts.
    """
    clock = ZoneInfo(zone)
    today = at.astimezone(clock).date()
    for number in range(LONGEST_WAIT_DAYS):
        hours = hours_on(country=country, day=today + timedelta(days=number))
        if hours is None:
            continue
        opens, closes = (
            datetime.combine(today + timedelta(days=number), moment, tzinfo=clock).astimezone(UTC)
            for moment in (hours.opens, hours.closes)
        )
        if at < closes:
            return max(at.astimezone(UTC), opens)
    raise ValueError(f"No contact hours in {country} within {LONGEST_WAIT_DAYS} days.")


def next_moment_anywhere(*, zone: str, at: datetime) -> datetime:
    """Return the first moment from `at` on at which people of every country may be approached, in UTC."""
    countries, before = {row.country for row in ROWS} | set(HOLIDAYS), None
    while at != before:
        before = at
        at = max(next_moment(country=country, zone=zone, at=at) for country in countries)
    return at


def hours_on(*, country: str, day: date) -> Hours | None:
    """Return the hours of a day, or None on one without any."""
    if is_holiday(country=country, day=day):
        return None
    row = _row(country, day)
    return {SATURDAY: row.saturdays, SUNDAY: row.sundays}.get(day.weekday(), row.weekdays)


def _row(country: str, day: date) -> ContactHours:
    """Return the country's row in force on the day, else the careful one."""
    found = [row for row in ROWS if row.country in ("", country) and row.valid_from <= day]
    return max(found or ROWS[:1], key=lambda row: (row.country == country, row.valid_from))
