"""The worker's job that posts reactions to the organisations' own systems, one after the other.

A reaction is posted until its system says that it took it (an answer of 200 to 299): at least once, and again
whenever that answer was not seen in time. The delivery's id is the same each time.
"""

import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from urllib.parse import urlsplit

import structlog
from flask import Flask

from core import clock, tenancy
from core.transaction import DatabaseBusy, reading, writing
from reactions.forwarding.body import body_of, head_of
from reactions.forwarding.models import ForwardingState
from reactions.forwarding.queueing import Claim, claim_next, is_any_due, settle

log = structlog.get_logger()
# Seconds for one address of the name to take the line, and for the whole of an answer.
CONNECTED_IN, ANSWERED_IN = 5.0, 15.0
TAKEN = range(200, 300)
# Then the system itself is away, and its organisation's others wait for the next round.
IS_AWAY = ("timeout", "no_connection", "not_trusted", "answered_429", "answered_5")


def forward_reactions(
    _app: Flask,
    *,
    now: Callable[[], datetime] = clock.now,
    ending: Callable[[], bool] = lambda: False,
) -> int:
    """Post what is due until nothing is, or `ending` says so; return how many reactions were taken.

    Organisations take turns, a reaction each. One whose system is away has its next turn another time.
    """
    with tenancy.everywhere(), reading():
        if not is_any_due(now=now()):
            return 0
    taken, away, served = 0, set[int](), set[int]()
    while not ending():
        with tenancy.everywhere(), writing():
            claim = claim_next(now=now(), without=away | served)
        if claim is None:
            if not served:
                break
            served.clear()
            continue
        why_not = _forward(claim, now)
        taken += not why_not
        (away if why_not.startswith(IS_AWAY) else served).add(claim.organisation_id)
    return taken


def _forward(claim: Claim, now: Callable[[], datetime]) -> str:
    """Make a try and note what came of it; return why it was not taken, or nothing."""
    why_not = "failed"
    try:
        with tenancy.scope(claim.organisation_id):
            with reading():
                body = body_of(claim)
            why_not = _post(claim, body, now())
    except Exception:  # Whatever it is, the others have their turn.
        log.exception("forwarding failed", organisation=claim.organisation_id, delivery=claim.public_id)
    try:
        with tenancy.scope(claim.organisation_id), writing():
            state = settle(claim, now=now(), why_not=why_not)
    except DatabaseBusy:
        # The lease comes to its end, and it is tried again.
        log.warning("forwarding not noted", organisation=claim.organisation_id, delivery=claim.public_id)
        return why_not
    if why_not:
        log.warning(
            "reaction not taken", organisation=claim.organisation_id, delivery=claim.public_id, why=why_not,
            attempt=claim.attempt, given_up=state is ForwardingState.GIVEN_UP,
        )  # fmt: skip
    return why_not


def _post(claim: Claim, body: bytes, now: datetime) -> str:
    """Post it; return why it was not taken, or nothing. What else the answer says is not read."""
    line, was_cut = _line_to(claim.url), threading.Event()
    over = threading.Timer(ANSWERED_IN, _cut, (line, was_cut))
    over.daemon = True
    where = urlsplit(claim.url)
    path = f"{where.path or '/'}?{where.query}" if where.query else where.path or "/"
    try:
        line.connect()
        line.sock.settimeout(ANSWERED_IN)
        over.start()
        line.request("POST", path, body, dict(head_of(claim, body, now=now)))
        status = line.getresponse().status
    except ssl.SSLCertVerificationError:
        return "not_trusted"
    except (OSError, HTTPException) as error:
        # Its words may hold the address, which may hold a key.
        log.info("line failed", delivery=claim.public_id, error=type(error).__name__)
        return "timeout" if was_cut.is_set() or isinstance(error, TimeoutError) else "no_connection"
    finally:
        over.cancel()
        line.close()
    if was_cut.is_set():
        return "timeout"
    return "" if status in TAKEN else f"answered_{status}"


def _line_to(url: str) -> HTTPConnection:
    where = urlsplit(url)
    if where.scheme == "http":
        return HTTPConnection(where.hostname or "", where.port, timeout=CONNECTED_IN)
    trusted = ssl.create_default_context()
    return HTTPSConnection(where.hostname or "", where.port, timeout=CONNECTED_IN, context=trusted)


def _cut(line: HTTPConnection, was_cut: threading.Event) -> None:
    """End a line on which something may still come, a byte at a time."""
    was_cut.set()
    with suppress(OSError):
        line.sock.shutdown(SHUT_RDWR)
