"""What the database server's clock shows, which all machines that work on it can see."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from core import clock
from core.database import db


class Compared(NamedTuple):
    """The moment it was at the server when this machine's own clock showed `shown`; both aware, in UTC."""

    shared: datetime
    shown: datetime


def compare() -> Compared | None:
    """Ask the server for its moment; None where there is no server but a file, or it took too long to say."""
    connection = db.session.connection()
    if connection.dialect.name != "postgresql":
        return None
    asked = clock.of_machine()
    shared: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    took = clock.of_machine() - asked
    return Compared(shared.astimezone(UTC), asked + took / 2) if took <= clock.TOLERANCE else None
