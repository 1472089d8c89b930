"""Structured logs: one JSON line an event, UTC, without tokens, cookies or contact data."""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, request

_LINK = re.compile(r"/(k|desk/reset-password|desk/invitation)/([^\s/?#\"']+)")


def _hide(text: str) -> str:
    return _LINK.sub(lambda found: f"/{found[1]}/*" + sha256(found[2][:11].encode()).hexdigest()[:6], text)


def without_tokens(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Return the event with the token of every `/k/<token>` and password link turned into a short hash."""
    return {key: _hide(value) if isinstance(value, str) else value for key, value in event.items()}


class _TokenFilter(logging.Filter):
    """The same for lines that libraries write with the standard logging module."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _hide(record.getMessage()), ()
        return True


def configure(*, level: int = logging.INFO, file: Path | None = None) -> None:
    """Set up structlog and the standard logging once per process, on standard error or into a file."""
    stream = file.open("a", encoding="utf-8") if file else sys.stderr
    logging.basicConfig(level=logging.WARNING, stream=stream, force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_tokens,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    for handler in logging.getLogger().handlers:
        handler.addFilter(_TokenFilter())


def install(app: Flask) -> None:
    """Write one line for every answer: rule, method, status and milliseconds; never the path."""
    log = structlog.get_logger()

    def start() -> None:
        g.started = time.perf_counter()

    def finish(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "-"
        took = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
        log.info("answered", rule=rule, method=request.method, status=response.status_code, ms=took)
        return response

    app.before_request(start)
    app.after_request(finish)
