"""Requests for a link to choose a password, stored as they were typed; whose they are a worker looks up.

A page that looked for the member would take longer for an address it knows than for one it does not, and
would tell so who works here. Storing takes as long for any.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select

from core.database import db
from core.members.models import PasswordRequest


class Asked(NamedTuple):
    """An address that somebody typed, perhaps of nobody here, and when."""

    email: str
    asked_at: datetime


def ask(*, email: str, now: datetime) -> None:
    """Store a request."""
    db.session.add(PasswordRequest(email=email.strip().lower(), asked_at=now))
    db.session.flush()


def take_oldest() -> Asked | None:
    """Return the request that waits longest and delete it; two workers never take the same."""
    oldest = select(PasswordRequest.id).order_by(PasswordRequest.id).limit(1)
    row = db.session.execute(
        delete(PasswordRequest)
        .where(PasswordRequest.id == oldest.with_for_update(skip_locked=True).scalar_subquery())
        .returning(PasswordRequest.email, PasswordRequest.asked_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Asked(*row) if row else None


def forget(*, before: datetime) -> None:
    """Delete requests of before: their links would have ended."""
    db.session.execute(delete(PasswordRequest).where(PasswordRequest.asked_at < before))
