"""`/health`: whether this process can answer and reach its database."""

from flask import Flask
from flask.typing import ResponseReturnValue

from core import clock, database_check
from messaging import senders


def install(app: Flask) -> None:
    """Add `/health`, open to everybody: it says `ok` or 503, and which senders are refused."""
    app.add_url_rule("/health", "health", health)


def health() -> ResponseReturnValue:
    """Answer 200 `ok` when the database answers and its tables are of this version, else 503.

    `alarms` names what a provider refuses us for, such as `sender:sms`; it is left out when there is nothing.
    """
    if not database_check.is_ready():
        return {"status": "unavailable"}, 503
    alarms = [one.subject for one in senders.alarms(now=clock.now())]
    return {"status": "ok"} | ({"alarms": alarms} if alarms else {})
