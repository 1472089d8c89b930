"""`/desk/messages`: what went out to whom, and what became of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.clock import day_in
from core.members.models import Role
from core.web.guards import allows, current_member, current_organisation, may
from core.web.languages import sentence_of
from desk import dunning_words, lists, rows, words
from invoices.lists import invoices_named
from messaging import queries
from messaging.models import Message, MessageState
from messaging.operations import MessageNotRepeatable
from messaging.operations import send_again as queue_again

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
# Words of the filter, and the states behind each.
GROUPS: dict[str, frozenset[MessageState]] = {
    "waiting": frozenset({MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING}),
    "sent": frozenset({MessageState.SENT, MessageState.DELIVERED}),
    "trouble": queries.TROUBLED,
    "kept_back": frozenset({MessageState.SUPPRESSED, MessageState.EXPIRED}),
}


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the messages, newest first."""
    organisation_id, page = current_organisation().id, lists.page_number()
    kept = lists.kept("state")
    found, total = queries.messages_found(
        organisation_id=organisation_id,
        states=GROUPS.get(kept.get("state", ""), frozenset()),
        text=lists.searched(),
        page=page,
    )
    return render_template(
        "desk/messages/list.html",
        here="messages",
        total=total,
        filters=[lists.filter_by("state", gettext("State"), _groups(), _counts(organisation_id))],
        search=lists.searched(),
        kept=kept,
        rows=[_row(row) for row in found],
        pages=lists.pages(total=total, page=page, size=queries.SIZE),
        is_filtered=bool(lists.kept("state", "q")),
        clear_href=url_for("desk.messages.index"),
    )


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show one message as it was sent."""
    return _show(_message(public_id))


@blueprint.post("/<public_id>/send-again")
@allows(Role.AGENT)
def send_again(public_id: str) -> ResponseReturnValue:
    """Put a message that failed back in the queue."""
    try:
        with transaction.writing():
            queue_again(
                message=_message(public_id, lock=True), member_id=current_member().id, now=clock.now()
            )
    except MessageNotRepeatable as refusal:
        flash(sentence_of(refusal))
        return _show(_message(public_id)), refusal.status
    flash(gettext("The message is on its way again."), "good")
    return redirect(url_for("desk.messages.show", public_id=public_id), 303)


def troubled() -> int:
    """Return how many messages a person should look at."""
    return queries.troubled(organisation_id=current_organisation().id)


def _message(public_id: str, *, lock: bool = False) -> Message:
    return queries.message_by_public_id(
        organisation_id=current_organisation().id, public_id=public_id, lock=lock
    )


def _groups() -> list[tuple[str, str]]:
    return [
        ("waiting", gettext("Waiting")),
        ("sent", gettext("Sent")),
        ("trouble", gettext("Needs a look")),
        ("kept_back", gettext("Kept back")),
    ]


def _counts(organisation_id: int) -> dict[str, int]:
    by_state = queries.counts_by_state(organisation_id=organisation_id)
    return {name: sum(by_state.get(state, 0) for state in states) for name, states in GROUPS.items()}


def _row(row: queries.MessageRow) -> dict[str, Any]:
    message = row.message
    label, tone = dunning_words.message_state(message.state)
    return {
        "href": url_for("desk.messages.show", public_id=message.public_id),
        "name": row.name,
        "recipient": message.recipient,
        "event_label": dunning_words.event(message.event),
        "channel_label": words.channel(message.channel),
        "created_at": message.created_at,
        "state_label": label,
        "state_tone": tone,
        "state_reason": words.state_reason(message.state_reason),
    }


def _show(message: Message) -> str:
    organisation = current_organisation()
    row = queries.row_of(message=message)
    ids = queries.invoice_ids_of(organisation_id=organisation.id, message_id=message.id)
    return render_template(
        "desk/messages/show.html",
        here="messages",
        back_href=url_for("desk.messages.index"),
        message=_row(row) | _details(row),
        invoices=rows.invoices(
            organisation,
            invoices_named(organisation_id=organisation.id, invoice_ids=ids),
            today=day_in(clock.now(), organisation.zone),
        ),
        attempts=[
            {
                "attempt": one.attempt,
                "started_at": one.started_at,
                "outcome_label": _outcome(one.outcome),
                "words": " ".join(part for part in (one.code, one.words) if part),
            }
            for one in queries.attempts_of(organisation_id=organisation.id, message_id=message.id)
        ],
        may_repeat=may(current_member(), Role.AGENT) and message.state == MessageState.FAILED,
        again_url=url_for("desk.messages.send_again", public_id=message.public_id),
    )


def _details(row: queries.MessageRow) -> dict[str, Any]:
    message = row.message
    debtor_href = url_for("desk.debtors.show", public_id=row.debtor.public_id) if row.debtor else ""
    return {
        "debtor_href": debtor_href,
        "language_label": words.language_name(message.language),
        "sent_at": message.sent_at,
        "delivered_at": message.delivered_at,
        "not_before": message.not_before if message.state == MessageState.NEW else None,
        "subject": message.subject,
        "text": message.body,
    }


def _outcome(outcome: str) -> str:
    if outcome in list(MessageState):
        return dunning_words.message_state(MessageState(outcome))[0]
    return words.state_reason(outcome)
