"""The worker's job that posts reactions to the organisations' own systems, one after the other.

A reaction is posted until its system says that it took it (an answer of 200 to 299): at least once, and more
than once when a worker dies between the answer and its note. The delivery's id is the same each time.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
import urllib3
from flask import Flask

from core import clock, tenancy
from core.transaction import reading, writing
from reactions.forwarding.body import body_of, head_of
from reactions.forwarding.models import ForwardingState
from reactions.forwarding.queueing import Claim, claim_next, settle

log = structlog.get_logger()
WITHIN = urllib3.Timeout(connect=5, read=15)
TAKEN = range(200, 300)


def forward_reactions(
    _app: Flask,
    *,
    now: Callable[[], datetime] = clock.now,
    ending: Callable[[], bool] = lambda: False,
) -> int:
    """Post what is due until nothing is, or `ending` says so; return how many reactions were taken.

    An organisation whose system does not take one has its next turn another time: it keeps nobody waiting.
    """
    taken, without = 0, set[int]()
    with urllib3.PoolManager(retries=False, timeout=WITHIN) as lines:
        while not ending():
            with tenancy.everywhere(), writing():
                claim = claim_next(now=now(), without=without)
            if claim is None:
                break
            if _try(lines, claim, now):
                taken += 1
            else:
                without.add(claim.organisation_id)
    return taken


def _try(lines: urllib3.PoolManager, claim: Claim, now: Callable[[], datetime]) -> bool:
    with tenancy.scope(claim.organisation_id):
        with reading():
            body = body_of(claim)
        why_not = _post(lines, claim, body, now())
        with writing():
            state = settle(claim, now=now(), why_not=why_not)
    if why_not:
        log.warning(
            "reaction not taken", organisation=claim.organisation_id, delivery=claim.public_id, why=why_not,
            attempt=claim.attempt, given_up=state is ForwardingState.GIVEN_UP,
        )  # fmt: skip
    return not why_not


def _post(lines: urllib3.PoolManager, claim: Claim, body: bytes, now: datetime) -> str:
    """Post it; return why it was not taken, or nothing. What else the answer says is not read."""
    try:
        answer = lines.request(
            "POST",
            claim.url,
            body=body,
            headers=head_of(claim, body, now=now),
            redirect=False,
            preload_content=False,
        )
    except urllib3.exceptions.NewConnectionError:
        return "no_connection"
    except urllib3.exceptions.TimeoutError:
        return "timeout"
    except urllib3.exceptions.HTTPError:
        return "no_connection"
    answer.close()
    return "" if answer.status in TAKEN else f"answered_{answer.status}"
