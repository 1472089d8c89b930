"""`/health`: whether this process can answer and reach its database."""

from flask import Flask
from flask.typing import ResponseReturnValue

from core import database_check


def install(app: Flask) -> None:
    """Add `/health`, open to everybody: it says `ok` or 503 and nothing else."""
    app.add_url_rule("/health", "health", health)


def health() -> ResponseReturnValue:
    """Answer 200 `ok` when the database answers and its tables are of this version, else 503."""
    if database_check.is_ready():
        return {"status": "ok"}
    return {"status": "unavailable"}, 503
