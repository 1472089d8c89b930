"""A colleague was faster: both versions beside each other, and what was typed kept for another try."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.web.formats import money
from core.web.languages import language, sentence_of
from desk import action_page, inbox_page, words
from reactions.models import ActionState
from reactions.operations.holding import ActionOvertaken
from reactions.queries.actions import ActionPage

NOT_KEPT = ("csrf_token", "version")
NOTHING = "–"


def answer(page: ActionPage, refusal: ActionOvertaken) -> ResponseReturnValue:
    """Return the page with both versions, with status 409; `page` is the action as it is now."""
    beaten, is_closed = refusal.beaten, page.action.state == ActionState.CLOSED
    action = action_page.shown(page)
    text = render_template(
        "desk/actions/conflict.html",
        here=f"inbox.{inbox_page.wanted().view}",
        back_href=inbox_page.list_href(),
        action=action,
        sentence=sentence_of(refusal),
        colleague_name=beaten.by or gettext("The portal"),
        changed_at=beaten.at,
        lines=_lines(beaten.stored, beaten.tried, action_page.currency_of(page)),
        form_url=request.full_path.rstrip("?"),
        kept=[(name, value) for name, value in request.form.items(multi=True) if name not in NOT_KEPT],
        version=page.action.version,
        is_closed=is_closed,
        consequence=action["close_consequence" if "close_reason" in beaten.tried else "change_consequence"],
    )
    return text, refusal.status


def _lines(theirs: Mapping[str, Any], yours: Mapping[str, Any], currency: str) -> list[dict[str, str]]:
    """Return a line for each value that either of the two filled in."""
    show = _shown(currency)
    return [
        {"label": show[key][0], "theirs": _say(show[key][1], theirs[key]), "yours": _say(show[key][1], value)}
        for key, value in yours.items()
        if key in show and (value or theirs[key])
    ]


def _say(say: Callable[[Any], str], value: Any) -> str:
    return NOTHING if value in (None, "") else say(value)


def _day(stored: str) -> str:
    return action_page.day_or_nothing(date.fromisoformat(stored))


def _shown(currency: str) -> dict[str, tuple[str, Callable[[Any], str]]]:
    names = action_page.type_names()
    return {
        "type": (gettext("Action type"), lambda key: names.get(key, key)),
        "exempts": (
            gettext("Left alone by dunning"),
            lambda value: gettext("yes") if value else gettext("no"),
        ),
        "amount_disputed": (gettext("Only this part"), lambda minor: money(minor, currency, language())),
        "promised_on": (gettext("The debtor pays on"), _day),
        "review_on": (gettext("Look at it again on"), _day),
        "assignee": (gettext("Assigned to"), str),
        "close_reason": (gettext("What is your answer?"), words.close_reason),
        "answer": (gettext("Text for the debtor"), str),
        "note": (gettext("Note"), str),
    }
