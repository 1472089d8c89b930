"""Refusals that have a page of their own at this door."""

import structlog
from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from collections_portal.debtor import guard
from core.refusals import Refusal
from core.web import typed
from links.queries import LinkUnusable, VisitEnded
from links.tokens import TokenMalformed

log = structlog.get_logger()


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
    sent = typed.sent_from_here() if guard.secret_here() else {}
    prefix = sent.get("type", "") + "."
    return [
        typed.shown(value)
        for name, value in sent.items()
        if name.startswith(prefix) and len(value.split()) > 1
    ]
