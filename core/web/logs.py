"""Structured logs: one JSON line an event, UTC, without tokens, cookies or contact data."""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, request

_LINK = re.compile(r"/(k|desk/reset-password|desk/invitation)/([^\s/?#\"'\\<>]+)")


def without_tokens(line: str) -> str:
    """Return the line with the token of every `/k/<token>` and password link turned into a short hash."""
    return _LINK.sub(lambda found: f"/{found[1]}/*" + sha256(found[2][:11].encode()).hexdigest()[:6], line)


def _written(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
    """Return the finished line: whatever stands in it, however deep, has no token."""
    return without_tokens(str(structlog.processors.JSONRenderer()(_logger, _name, event)))


class _OneLine(logging.Formatter):
    """The same for what libraries write with the standard logging.

    They repeat what they were sent, a path with line breaks in it for one. In JSON that stays within its
    line, as does the traceback: nobody writes a line of this log but the portal.
    """

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "event": without_tokens(record.getMessage()),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            event["exception"] = without_tokens(self.formatException(record.exc_info))
        return _written(None, record.levelname, event)


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
            _written,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_OneLine())


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
