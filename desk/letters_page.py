"""What the pages of letters show: batches, the letters in one, and what can be done about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext

from core import clock
from core.clock import day_in
from core.members.models import Role
from core.refusals import N_
from core.trail import lines_about
from core.web.guards import current_member, current_organisation, may
from desk import dunning_words, lists, timeline, words
from desk.forms.letters import PostedForm
from messaging import letter_batches
from messaging.letter_batches import LetterRow
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.letter_shelf import LetterShelf, letter_shelf_in

STATES: Mapping[LetterBatchState, tuple[str, str]] = MappingProxyType(
    {
        LetterBatchState.FILLING: (N_("Being written"), "wait"),
        LetterBatchState.WAITING: (N_("PDF waits its turn"), "wait"),
        LetterBatchState.MAKING: (N_("PDF is being made"), "wait"),
        LetterBatchState.MADE: (N_("To be posted"), "wait"),
        LetterBatchState.POSTED: (N_("Posted"), "good"),
        LetterBatchState.EMPTY: (N_("Nothing to post"), "calm"),
        LetterBatchState.FAILED: (N_("PDF failed"), "part"),
    }
)
UNDER_WAY = (LetterBatchState.FILLING, LetterBatchState.WAITING, LetterBatchState.MAKING)


def waiting() -> int:
    """Return how many batches wait for somebody."""
    return letter_batches.number_to_post(organisation_id=current_organisation().id)


def shelf() -> LetterShelf:
    """Return where this installation keeps the PDFs."""
    return letter_shelf_in(current_app.config["PORTAL"].var_dir)


def index_context(*, page: int) -> dict[str, Any]:
    """Return what the list of batches shows."""
    rows, total = letter_batches.batches_of(organisation_id=current_organisation().id, page=page)
    return {
        "here": "letters",
        "rows": [(batch, *_state(batch)) for batch in rows],
        "pages": lists.pages(total=total, page=page, size=letter_batches.SIZE),
    }


def show_context(batch: LetterBatch, *, page: int, form: PostedForm | None = None) -> dict[str, Any]:
    """Return what the page of one batch shows; `form` is one that was refused."""
    rows, total = letter_batches.letters_of(batch=batch, page=page)
    is_made = batch.state is LetterBatchState.MADE
    is_agent = may(current_member(), Role.AGENT)
    return {
        "here": "letters",
        "batch": batch,
        "state": _state(batch),
        "is_under_way": batch.state in UNDER_WAY,
        "has_pdf": is_agent and batch.state in (LetterBatchState.MADE, LetterBatchState.POSTED),
        "may_post": is_agent and is_made,
        "may_make_again": is_agent and (is_made or batch.state is LetterBatchState.FAILED),
        "posted_form": form or _posted_form(batch),
        "rows": [_row(row) for row in rows],
        "overtaken": [_row(row) for row in letter_batches.overtaken(batch=batch)] if is_made else [],
        "total": total,
        "pages": lists.pages(total=total, page=page, size=letter_batches.SIZE),
        "events": timeline.events(
            lines_about(organisation_id=batch.organisation_id, things=[("letter_batch", batch.id)]),
            type_names={},
        ),
    }


def _state(batch: LetterBatch) -> tuple[str, str]:
    word, tone = STATES[batch.state]
    return gettext(word), tone


def _posted_form(batch: LetterBatch) -> PostedForm:
    today = day_in(clock.now(), current_organisation().zone)
    return PostedForm(formdata=None, edition=batch.edition, posted_on=today)


def _row(row: LetterRow) -> dict[str, Any]:
    message = row.message
    label, tone = dunning_words.message_state(message.state, channel=message.channel)
    return {
        "number": row.number or "",
        "href": url_for("desk.messages.show", public_id=message.public_id),
        "name": row.debtor.name,
        "address": message.recipient,
        "event": dunning_words.event(message.event),
        "state": label,
        "tone": tone,
        "reason": words.state_reason(message.state_reason),
    }
