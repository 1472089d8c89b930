"""What people send back to our sender by SMS: STOP and START, in the words that phone companies know."""

import re
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from core.database import db
from invoices.models import Channel, ContactPoint
from messaging import opting
from messaging.sms_models import OptOutSource, ProviderEvent, Report

log = structlog.get_logger()
# Twilio's own words, https://help.twilio.com/articles/223134027, and how our readers would say it.
STOP = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT STOPP ARRET ARRÊT".split())
START = frozenset("START UNSTOP YES".split())
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def word_of(*, text: str, said: str = "") -> Report | None:
    """Return what an SMS asks for, STOP or START, or None. `said` is what Twilio understood, if it tells."""
    words = {said.strip().upper(), text.strip(" \r\n\t.!\"'").upper()}
    if words & STOP:
        return Report.STOP
    return Report.START if words & START else None


def take_word(*, word: Report, number: str, provider_id: str, now: datetime) -> int:
    """Obey STOP or START of this number for every organisation that knows it; return for how many.

    The sender is the installation's, so a word to it is meant for all of them; Twilio itself takes it so. The
    same SMS again, found by `provider_id`, changes nothing: a STOP that is played back after START is old.
    """
    if not provider_id or _E164.fullmatch(number) is None:
        return 0
    obeyed = 0
    for organisation_id in _who_knows(number):
        if _is_new(organisation_id, word, provider_id, now):
            obeyed += _obey(word, organisation_id, number, now)
    log.info("reply", word=word.value, organisations=obeyed)
    return obeyed


def _obey(word: Report, organisation_id: int, number: str, now: datetime) -> bool:
    if word is Report.START:
        return opting.opt_in(organisation_id=organisation_id, channel=Channel.SMS, value=number, now=now)
    return opting.opt_out(
        organisation_id=organisation_id,
        channel=Channel.SMS,
        value=number,
        source=OptOutSource.STOP,
        now=now,
    )


def _who_knows(number: str) -> list[int]:
    found = select(ContactPoint.organisation_id).where(
        ContactPoint.channel == Channel.SMS, ContactPoint.value == number
    )
    return sorted(set(db.session.scalars(found)))


def _is_new(organisation_id: int, word: Report, provider_id: str, now: datetime) -> bool:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    added = db.session.execute(
        insert(ProviderEvent)
        .values(
            organisation_id=organisation_id, provider_id=provider_id, status=word, code="", received_at=now
        )
        .on_conflict_do_nothing()
        .returning(ProviderEvent.id)
    )
    return bool(added.all())
