"""Reactions of the crowded organisation that its own system did not take."""

from datetime import datetime

from sqlalchemy import select

from core.database import db
from core.organisations.models import Organisation
from reactions.forwarding.models import ForwardedReaction, ForwardingState
from reactions.forwarding.targets import forward_to
from reactions.models import Reaction


def forwarded_in_vain(owner: Organisation, word: str, now: datetime) -> None:
    """Have all its reactions forwarded to a system of this name, and given up."""
    forward_to(organisation_id=owner.id, url=f"https://{word}.example/", now=now)
    for reaction in db.session.scalars(select(Reaction)):
        db.session.add(
            ForwardedReaction(
                organisation_id=owner.id,
                reaction_id=reaction.id,
                state=ForwardingState.GIVEN_UP,
                asked_at=now,
                not_before=now,
                reason="timeout",
            )
        )
    db.session.flush()
