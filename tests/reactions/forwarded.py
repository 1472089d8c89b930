"""What tests of forwarding do and look at."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from collections_portal.forwarding import forward_reactions
from core.database import db
from reactions.forwarding.models import ForwardedReaction
from reactions.forwarding.targets import forward_to
from reactions.models import Reaction
from tests.reactions.conftest import NOW, Counter


def begin(counter: Counter, url: str) -> str:
    """Have the organisation's reactions forwarded there; return the key."""
    with counter.scope():
        secret = forward_to(organisation_id=counter.organisation.id, url=url, now=NOW)
        db.session.commit()
    return secret


def react(counter: Counter, **given: Any) -> Reaction:
    reaction = counter.react("complaint", **given)
    db.session.commit()
    return reaction


def forward(app: Flask, now: datetime = NOW) -> int:
    """Do what the worker does at this moment."""
    db.session.commit()
    return forward_reactions(app, now=lambda: now)


def stored(counter: Counter) -> ForwardedReaction:
    """Return the only one, as the database has it now."""
    with counter.scope():
        return db.session.scalars(select(ForwardedReaction).execution_options(populate_existing=True)).one()


def reasons(counter: Counter) -> list[str]:
    """Return why each was not taken, oldest first."""
    with counter.scope():
        found = select(ForwardedReaction.reason).order_by(ForwardedReaction.id)
        return list(db.session.scalars(found))
