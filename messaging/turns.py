"""Whose turn it is: fair between organisations, what debtors asked for first, within the rates."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Exists, exists, or_, select

from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation
from invoices.models import Channel
from messaging import claims, paces
from messaging.claims import Claim
from messaging.models import Message, MessageState
from messaging.rates import Rates

_DRAW = secrets.SystemRandom()


def claim_in_turn(*, channel: Channel, owner: str, limit: int, rates: Rates, now: datetime) -> list[Claim]:
    """Take up to `limit` messages that may leave now, as evenly from the organisations as they have any.

    However many one of them has queued, each of the others has its share of the round. What debtors asked for
    themselves comes first. Where more organisations wait than fit, lots are drawn.
    """
    waiting = _waiting(channel=channel, now=now)[:limit]
    room = paces.room_of_organisations(waiting, rates=rates, now=now)
    held: list[Claim] = []
    taken = dict.fromkeys(waiting, 0)
    while waiting and len(held) < limit:
        share = -(-(limit - len(held)) // len(waiting))
        with_more = []
        for one in waiting:
            wish = min(share, limit - len(held), room.get(one, limit) - taken[one])
            of_one = claims.claim_due(organisation_id=one, channel=channel, owner=owner, limit=wish, now=now)
            taken[one] += len(of_one)
            held += of_one
            if len(of_one) == share:
                with_more.append(one)
        waiting = with_more
    paces.spend_of_organisations(taken, rates=rates, now=now)
    if channel is Channel.EMAIL:
        held = paces.within_domains(held, rates=rates, now=now)
    return sorted(held, key=lambda claim: claim.is_collection)


def _waiting(*, channel: Channel, now: datetime) -> list[int]:
    """Return the organisations that have something due, in a drawn order; those with own requests first.

    One that stands still after a restore has nothing due.
    """
    requests, collections = (
        _has_due(Message.is_collection.is_(of_collection), channel=channel, now=now)
        for of_collection in (False, True)
    )
    found = db.session.execute(
        select(Organisation.id, requests.label("requests")).where(
            or_(requests, collections), Organisation.id.not_in(restores.held())
        )
    ).all()
    drawn = list(found)
    _DRAW.shuffle(drawn)
    return [row.id for row in sorted(drawn, key=lambda row: not row.requests)]


def _has_due(kind: Any, *, channel: Channel, now: datetime) -> Exists:
    return exists().where(
        Message.organisation_id == Organisation.id,
        claims.is_in(MessageState.NEW),
        Message.channel == channel,
        kind,
        Message.not_before <= now,
        Message.losses == 0,
    )
