"""What the pages of letters show: batches, the letters in one, and what can be done about it."""

from collections.abc import Collection, Mapping
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
from links.queries import revoked_among
from messaging import letter_batches
from messaging.letter_batches import LetterRow
from messaging.letter_models import LetterBatch, LetterBatchState
from messaging.letter_shelf import LetterShelf, letter_shelf_in
from messaging.overtaken import overtaken
from messaging.pile import as_written

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
    late = _overtaken(batch) if is_made else {}
    return {
        "here": "letters",
        "batch": batch,
        "state": _state(batch),
        "is_under_way": batch.state in UNDER_WAY,
        "has_pdf": is_agent and batch.state in (LetterBatchState.MADE, LetterBatchState.POSTED),
        "may_post": is_agent and is_made,
        "may_make_again": is_agent and (is_made or batch.state is LetterBatchState.FAILED),
        "posted_form": form or _posted_form(batch, late),
        "rows": [_row(row, late.get(row.number, "")) for row in rows],
        "overtaken": as_written(late),
        "overtaken_count": len(late),
        "taken_out": as_written(letter_batches.taken_out_of(batch=batch)),
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


def _overtaken(batch: LetterBatch) -> dict[int, str]:
    """Return why letters are not to be posted any more, by their number."""

    def revoked(link_ids: Collection[int]) -> Collection[int]:
        return revoked_among(organisation_id=batch.organisation_id, link_ids=link_ids)

    return overtaken(batch=batch, revoked_among=revoked, now=clock.now())


def _posted_form(batch: LetterBatch, late: Collection[int]) -> PostedForm:
    """Return the form with today, and with the letters about which something came in between as taken out."""
    today = day_in(clock.now(), current_organisation().zone)
    return PostedForm(formdata=None, edition=batch.edition, posted_on=today, taken_out=as_written(late))


def _row(row: LetterRow, overtaken_by: str) -> dict[str, Any]:
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
        "reason": _since(overtaken_by) if overtaken_by else words.state_reason(message.state_reason),
    }


def _since(reason: str) -> str:
    """Return what came in between; of an invoice in the words of a run: there may be others in the letter."""
    return dunning_words.reason(reason) if reason in dunning_words.REASONS else words.state_reason(reason)
