"""Refusals that have a page of their own at this door."""

import structlog
from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from collections_portal.debtor import guard
from core.refusals import Refusal
from links.queries import LinkUnusable, VisitEnded
from links.tokens import TokenMalformed

log = structlog.get_logger()
LONGEST_SHOWN = 5000


def answer_on(door: Blueprint) -> None:
    """Answer links that let nobody in, and visits that have ended."""
    door.register_error_handler(LinkUnusable, _link_unusable)
    door.register_error_handler(TokenMalformed, _link_unusable)
    door.register_error_handler(VisitEnded, _visit_ended)


def _link_unusable(refusal: Refusal) -> ResponseReturnValue:
    log.info("refused", reason=type(refusal).__name__, status=refusal.status)
    g.pop("face", None)
    g.pop("link_ends_at", None)
    return render_template("debtor/link_unusable.html"), refusal.status


def _visit_ended(refusal: Refusal) -> ResponseReturnValue:
    """Say so, and give back what was typed meanwhile, to the browser that typed it on one of our pages."""
    log.info("refused", reason=type(refusal).__name__, status=refusal.status)
    page = render_template("debtor/signed_out.html", ended_by_time=True, typed=_typed())
    return page, refusal.status


def _typed() -> list[str]:
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    prefix = request.form.get("type", "") + "."
    return [
        value[:LONGEST_SHOWN]
        for name, value in request.form.items()
        if name.startswith(prefix) and len(value.split()) > 1 and guard.secret_here()
    ]
