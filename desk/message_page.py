"""What the page of one message shows: its whole life, and what can be done about it."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from core import clock
from core.clock import day_in
from core.members.models import Role
from core.trail import lines_about
from core.web.guards import current_member, current_organisation, may
from desk import dunning_words, rows, timeline, words
from desk.forms.fields import choices
from desk.forms.messages import ElsewhereForm
from dunning.elsewhere import OtherWay, other_ways
from dunning.run_page import run_behind
from invoices.contacts import contacts_of
from invoices.lists import invoices_named
from invoices.models import ContactPoint
from links.queries import link_by_id
from messaging import queries
from messaging.letter_batches import batch_of_message
from messaging.models import Message, MessageState
from messaging.operations import is_repeatable

ENDED_BADLY = (MessageState.FAILED, MessageState.BOUNCED)


def context(message: Message) -> dict[str, Any]:
    """Return what the page shows."""
    organisation = current_organisation()
    about = {"organisation_id": organisation.id, "message_id": message.id}
    replacement, found = queries.replacement_of(message=message), queries.row_of(message=message)
    return {
        "here": "messages",
        "back_href": url_for("desk.messages.index"),
        "message": row(found) | _details(message),
        "contact_href": _contact_href(found),
        "invoices": rows.invoices(
            organisation,
            invoices_named(organisation_id=organisation.id, invoice_ids=queries.invoice_ids_of(**about)),
            today=day_in(clock.now(), organisation.zone),
        ),
        **_tries(about),
        "events": timeline.events(
            lines_about(organisation_id=organisation.id, things=[("message", message.id)]), type_names={}
        ),
        "link": _link(message),
        "run": _run(replacement or message),
        "letters_href": _letters_href(message),
        "replacement_href": replacement and _href(replacement),
        **_choices(message),
    }


def _tries(about: dict[str, int]) -> dict[str, Any]:
    """Return each attempt, and what the provider reported."""
    return {
        "attempts": [
            {
                "attempt": one.attempt,
                "started_at": one.started_at,
                "outcome_label": _outcome(one.outcome),
                "code": one.code,
                "words": one.words,
            }
            for one in queries.attempts_of(**about)
        ],
        "reports": [
            {
                "received_at": one.received_at,
                "status_label": dunning_words.report(one.status),
                "code": one.code,
                "attempt": one.attempt,
                "provider_id": one.provider_id,
            }
            for one in queries.reports_of(**about)
        ],
    }


def row(found: queries.MessageRow) -> dict[str, Any]:
    """Return a message as a list shows it."""
    message = found.message
    label, tone = dunning_words.message_state(message.state, channel=message.channel)
    debtor = found.debtor
    return {
        "href": _href(message),
        "name": found.name,
        "debtor_href": url_for("desk.debtors.show", public_id=debtor.public_id) if debtor else "",
        "recipient": message.recipient,
        "event_label": dunning_words.event(message.event),
        "channel_label": words.channel(message.channel),
        "created_at": message.created_at,
        "state_label": label,
        "state_tone": tone,
        "state_reason": words.state_reason(message.state_reason),
    }


def _href(message: Message) -> str:
    return url_for("desk.messages.show", public_id=message.public_id)


def _details(message: Message) -> dict[str, Any]:
    return {
        "language": message.language,
        "language_label": words.language_name(message.language),
        "handed_at": message.handed_at,
        "sent_at": message.sent_at,
        "delivered_at": message.delivered_at,
        "cleared_at": message.cleared_at,
        "not_before": message.not_before if message.state == MessageState.NEW else None,
        "subject": message.subject,
        "text": message.body,
        "public_id": message.public_id,
        "sha256": message.sent_sha256,
        "has_mail": queries.has_copy(message=message),
        "message_id": message.message_id,
        "provider_id": message.provider_id,
    }


def _contact_href(found: queries.MessageRow) -> str:
    """Return the form of the contact point that a message in trouble went to; empty for members."""
    message, debtor = found.message, found.debtor
    if debtor is None or message.state not in ENDED_BADLY or not may(current_member(), Role.AGENT):
        return ""
    contact = _contact_of(message, debtor.id)
    return rows.contact(contact, debtor_public_id=debtor.public_id).href if contact else ""


def _contact_of(message: Message, debtor_id: int) -> ContactPoint | None:
    known = contacts_of(organisation_id=message.organisation_id, debtor_id=debtor_id)
    return next((one for one in known if one.id == message.contact_point_id), None)


def _link(message: Message) -> dict[str, Any] | None:
    """Return how the link in it is; its key is never shown."""
    if message.link_id is None:
        return None
    link = link_by_id(organisation_id=message.organisation_id, link_id=message.link_id)
    label, tone = words.link_state(link, clock.now())
    return {"label": label, "tone": tone, "expires_at": link.expires_at, "entered": link.entered}


def _letters_href(message: Message) -> str:
    """Return the page of the letters that were printed with this one."""
    batch = batch_of_message(message)
    return url_for("desk.letters.show", public_id=batch.public_id) if batch else ""


def _run(message: Message) -> dict[str, Any] | None:
    """Return the run and the stage it came from."""
    if message.debtor_id is None:
        return None
    found = run_behind(
        organisation_id=message.organisation_id, debtor_id=message.debtor_id, message_id=message.id
    )
    if found is None:
        return None
    return {
        "href": url_for("desk.dunning.show", public_id=found.public_id),
        "policy": found.policy,
        "run_on": dunning_words.day(found.run_on),
        "stage": found.stage_position,
    }


def _choices(message: Message) -> dict[str, Any]:
    """Return what may be done about the message by whoever looks at it."""
    agent = may(current_member(), Role.AGENT) and message.cleared_at is None
    doubtful = agent and message.state == MessageState.UNKNOWN
    in_trouble = agent and message.state in queries.TROUBLED
    ways = other_ways(organisation=current_organisation(), message=message) if in_trouble else ()
    return {
        "attempt": message.attempt,
        "may_settle": doubtful,
        "may_repeat": agent and is_repeatable(message),
        "may_clear": agent and message.state in ENDED_BADLY,
        "elsewhere_form": _elsewhere(ways, message) if ways else None,
        "urls": {
            name: url_for(f"desk.messages.{name}", public_id=message.public_id)
            for name in ("send_again", "settle", "send_elsewhere", "clear")
        },
    }


def _elsewhere(ways: Sequence[OtherWay], message: Message) -> ElsewhereForm:
    form = ElsewhereForm(formdata=None, attempt=message.attempt)
    form.contact_point.choices = choices(
        [(way.name, f"{words.channel(way.channel)}: {way.value}") for way in ways]
    )
    return form


def _outcome(outcome: str) -> str:
    if outcome in list(MessageState):
        return dunning_words.message_state(MessageState(outcome))[0]
    return words.state_reason(outcome)
