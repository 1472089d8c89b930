"""What an organisation's SMS may cost: only to its countries, and not more than so many a day.

A mistake in a file, or somebody who asks for links to numbers abroad all night, then costs little.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import phonenumbers
from sqlalchemy import Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from core import prepared
from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from messaging.sms_models import SmsDay


@dataclass(frozen=True, slots=True)
class Held:
    """Why an SMS does not leave: for good, or until a moment."""

    reason: str
    until: datetime | None = None


def country_of(number: str) -> str:
    """Return the country (ISO 3166-1) of an E.164 number; empty for none, as of a satellite telephone."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    country = phonenumbers.region_code_for_number(parsed)
    country = country or phonenumbers.region_code_for_country_code(parsed.country_code or 0) or ""
    return country if country.isalpha() and country != "ZZ" else ""


def countries_of(organisation: Organisation) -> frozenset[str]:
    """Return the countries this organisation writes to: its own and those it named."""
    return frozenset({organisation.country, *organisation.sms_countries.split()})


def handed_today(*, organisation: Organisation, now: datetime) -> int:
    """Return how many SMS this organisation handed over on the present one of its days."""
    mine = (SmsDay.organisation_id == organisation.id, SmsDay.day == day_in(now, organisation.zone))
    return db.session.scalar(select(SmsDay.handed).where(*mine)) or 0


def count_or_hold(*, organisation: Organisation, number: str, now: datetime) -> Held | None:
    """Count an SMS that is about to be handed over, or return why it is not, in the caller's transaction."""
    if country_of(number) not in countries_of(organisation):
        return Held("country_not_allowed")
    today = day_in(now, organisation.zone)
    if not _counted(organisation, today):
        tomorrow = datetime.combine(today + timedelta(days=1), time(), ZoneInfo(organisation.zone))
        return Held("daily_limit", tomorrow.astimezone(UTC))
    return None


def _counted(organisation: Organisation, today: date) -> bool:
    """Add one to the day's count unless it is full; the row is locked until the transaction ends."""
    if not organisation.sms_per_day:
        return False
    counted = prepared.ask(
        _one_more(db.engine.dialect.name),
        organisation_id=organisation.id,
        day=today,
        most=organisation.sms_per_day,
    )
    return bool(counted.all())


@cache
def _one_more(dialect: str) -> Executable:
    """Return the statement that counts an SMS; it finds no row when the day is full."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    first = insert(SmsDay).values(
        organisation_id=bindparam("of_organisation"), day=bindparam("day"), handed=1
    )
    return first.on_conflict_do_update(
        index_elements=[SmsDay.organisation_id, SmsDay.day],
        set_={"handed": SmsDay.handed + 1},
        where=SmsDay.handed < bindparam("most"),
    ).returning(SmsDay.id)
