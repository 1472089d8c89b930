"""What a debtor is told about a reaction: that it was received, and what the answer is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.database import db
from core.organisations.models import Organisation
from invoices.models import Channel, ContactPoint, ContactState
from invoices.queries import UsableContact
from links.models import AccessLink, Visit
from links.operations import issue
from messaging.queueing import queue
from messaging.wording import day
from reactions.models import Action, Reaction
from reactions.queries.answering import NoWay, answer_key, way_of_answer
from reactions.queries.given import receipt_key


def say_received(reaction: Reaction, *, paused: Sequence[str], now: datetime) -> None:
    """Queue the message that the reaction was received; `paused` are numbers of exempt invoices."""
    found = _way_to(reaction)
    if found is None:
        return
    contact, link = found
    is_short = contact.channel == Channel.SMS
    answer_by = reaction.answer_by and day(reaction.answer_by, language=reaction.language, short=is_short)
    if link.expires_at <= now:
        link = _new_link(reaction, contact, now)
    _queue(
        reaction,
        contact,
        link,
        event="reaction_received",
        dedupe_key=receipt_key(reaction.public_id),
        values={"answer_by": answer_by or "", "paused_invoices": ", ".join(paused)},
        now=now,
    )


def say_answered(action: Action, *, now: datetime) -> None:
    """Queue the message with the answer and a new link: the one the debtor came by may have ended since.

    Nothing is queued where `way_of_answer` knows no way.
    """
    way = way_of_answer(action=action)
    if isinstance(way, NoWay):
        return
    reaction = db.session.get_one(Reaction, action.reaction_id)
    _queue(
        reaction,
        way,
        _new_link(reaction, way, now),
        event="action_closed",
        dedupe_key=answer_key(reaction.public_id),
        values={"answer_text": action.answer},
        now=now,
    )


def _way_to(reaction: Reaction) -> tuple[ContactPoint, AccessLink] | None:
    """Return the contact point the debtor came by a moment ago, if it can be used, and the link."""
    found = db.session.execute(
        select(ContactPoint, AccessLink)
        .join(AccessLink, AccessLink.contact_point_id == ContactPoint.id)
        .join(Visit, Visit.link_id == AccessLink.id)
        .where(
            ContactPoint.organisation_id == reaction.organisation_id,
            ContactPoint.state == ContactState.USABLE,
            ContactPoint.channel.in_((Channel.EMAIL, Channel.SMS)),
            AccessLink.revoked_at.is_(None),
            Visit.id == reaction.visit_id,
        )
    ).one_or_none()
    return (found[0], found[1]) if found else None


def _new_link(reaction: Reaction, contact: ContactPoint | UsableContact, now: datetime) -> AccessLink:
    return issue(
        organisation=db.session.get_one(Organisation, reaction.organisation_id),
        debtor_id=reaction.debtor_id,
        contact_point_id=contact.id,
        channel=contact.channel,
        now=now,
    )


def _queue(
    reaction: Reaction,
    contact: ContactPoint | UsableContact,
    link: AccessLink,
    *,
    event: str,
    dedupe_key: str,
    values: dict[str, str],
    now: datetime,
) -> None:
    queue(
        organisation_id=reaction.organisation_id,
        dedupe_key=dedupe_key,
        event=event,
        channel=contact.channel,
        language=reaction.language,
        recipient=contact.value,
        values={"reference": reaction.reference, "creditor": "", **values},
        now=now,
        debtor_id=reaction.debtor_id,
        contact_point_id=contact.id,
        link_id=link.id,
    )
