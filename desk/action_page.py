"""What the page of one action shows: answers, invoices, what holds now, and all that happened."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from core import clock
from core.clock import day_in
from core.members.models import Role
from core.trail import lines_about
from core.web.formats import short_day, weekday_day
from core.web.guards import current_member, current_organisation, may
from core.web.languages import language
from core.web.rail import initials
from desk import action_dunning, forwarding_words, inbox_page, timeline, words
from desk.action_dunning import Holding
from desk.notices import Notice
from messaging.queries import messages_of
from reactions.models import ActionState
from reactions.promises import broken_from, grace_ends, last_ripe_day
from reactions.queries import inbox
from reactions.queries.actions import ActionInvoice, ActionPage
from reactions.queries.promises import promise_days
from reactions.queries.reaction_types import types_of

LAST_MESSAGES = 10


def shown(page: ActionPage) -> dict[str, Any]:
    """Return an action as the templates take it."""
    action, reaction = page.action, page.reaction
    state_label, state_tone = words.action_state(action.state)
    found = action_dunning.holding(page)
    return {
        "reference": reaction.reference,
        "version": action.version,
        "state_label": state_label,
        "state_tone": state_tone,
        "kind_label": page.type_name,
        "kind_tone": page.type_key,
        "type_code": page.type_code,
        "language": reaction.language,
        "language_label": words.language_name(reaction.language),
        "channel_label": words.came_by(page.channel),
        "received_at": reaction.reacted_at,
        "assignee_name": page.assignee.name if page.assignee else "",
        "assignee_is_gone": page.assignee is not None and not page.assignee.active,
        "assignee_initials": initials(page.assignee.name) if page.assignee else "",
        "answers": [
            {"label": answer.name, "value": answer.shown, "is_long": answer.is_long}
            for answer in page.answers
        ],
        "notices": _notices(page, found),
        "events": _events(page),
        "decision": words.close_reason(action.close_reason),
        "answer": action.answer,
        "forwarded": forwarding_words.of_action(page),
        "may_change": may(current_member(), Role.AGENT) and action.state != ActionState.CLOSED,
        "is_mine": action.assignee_id == current_member().id,
        **_debtor(page),
        "invoices": [_invoice(invoice, found) for invoice in page.invoices],
        "close_consequence": action_dunning.close_consequence(found),
        "change_consequence": gettext(
            "With the switch on, reminders stay away. With it off, this action holds nothing back."
        ),
        **_addresses(action.public_id),
    }


def neighbours(public_id: str) -> dict[str, str]:
    """Return where the actions before and after this one stand in the list it was picked from."""
    kept = inbox_page.kept()
    found = inbox.neighbours(
        organisation_id=current_organisation().id,
        action_public_id=public_id,
        member_id=current_member().id,
        wanted=inbox_page.wanted(),
        now=clock.now(),
    )
    if found is None:
        return {"place": "", "previous_href": "", "next_href": "", "previous": "", "next": ""}
    return {
        "place": gettext("%(place)s of %(total)s", place=found.place, total=found.total),
        "previous": found.previous or "",
        "next": found.next or "",
        "previous_href": _show(found.previous, kept),
        "next_href": _show(found.next, kept),
    }


def currency_of(page: ActionPage) -> str:
    """Return the currency in which a part of the action's invoices is written."""
    return page.invoices[0].currency if page.invoices else current_organisation().currency


def type_names() -> Mapping[str, str]:
    """Return what the organisation's reaction types are called, by key, in its order."""
    lines = types_of(organisation_id=current_organisation().id, language=language())
    return {line.key: line.name for line in lines}


def last_promise(*type_keys: str) -> str | None:
    """Return the last day that a promise may be moved to, by the first of these types that asks for one."""
    known = promise_days(organisation_id=current_organisation().id)
    days = next((known[key] for key in type_keys if key in known), None)
    return None if days is None else short_day(_today() + timedelta(days=days), language())


def _show(public_id: str | None, kept: Mapping[str, Any]) -> str:
    return url_for("desk.actions.show", public_id=public_id, **kept) if public_id else ""


def _addresses(public_id: str) -> dict[str, str]:
    kept = inbox_page.kept()
    return {
        "href": url_for("desk.actions.show", public_id=public_id, **kept),
        "take_url": url_for("desk.actions.take", public_id=public_id, **kept),
        "change_href": url_for("desk.actions.show_change", public_id=public_id, **kept),
        "close_href": url_for("desk.actions.show_close", public_id=public_id, **kept),
    }


def _debtor(page: ActionPage) -> dict[str, str]:
    return {
        "debtor_name": page.debtor.name,
        "debtor_about": words.debtor_kind(page.debtor.kind),
        "debtor_number": page.debtor.customer_number,
        "debtor_href": url_for("desk.debtors.show", public_id=page.debtor.public_id),
    }


def _invoice(invoice: ActionInvoice, found: Holding) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "href": url_for("desk.invoices.show", public_id=invoice.public_id),
        "invoiced_on": invoice.invoiced_on,
        "due_on": invoice.due_on,
        "amount": invoice.amount,
        "amount_open": invoice.amount_open,
        "currency": invoice.currency,
        "is_exempt": invoice.id in found.alone or bool(found.pause and invoice.amount_open),
        "is_settled": invoice.amount_open == 0,
        "amount_exempt": invoice.amount_exempt,
    }


def _notices(page: ActionPage, found: Holding) -> list[Notice]:
    action, holding = page.action, action_dunning.notices(page, found)
    if action.state == ActionState.CLOSED:
        note = action_dunning.after_closing(found)
        return [Notice("circle-check", words.close_reason(action.close_reason), note), *holding]
    today, told = _today(), []
    if page.reaction.answer_by:
        fact = gettext("Answer promised by %(day)s", day=weekday_day(page.reaction.answer_by, language()))
        told.append(Notice("clock", fact, _left(page.reaction.answer_by, today)))
    if action.promised_on:
        fact = gettext("Payment promised on %(day)s", day=weekday_day(action.promised_on, language()))
        told.append(Notice("clock", fact, _awaited(action.promised_on, today)))
        told += _breaks(action.promised_on, today)
    if action.review_on and action.review_on != page.reaction.answer_by:
        fact = gettext("Look at it again on %(day)s", day=weekday_day(action.review_on, language()))
        told.append(Notice("history", fact, _left(action.review_on, today)))
    return [*told, *holding]


def _today() -> date:
    return day_in(clock.now(), current_organisation().zone)


def _awaited(promised_on: date, today: date) -> str:
    """Return how long a promised payment is waited for, and for what after that."""
    owner = current_organisation()
    until = grace_ends(day=promised_on, country=owner.country)
    if promised_on >= today or promised_on <= last_ripe_day(organisation=owner, today=today):
        return _left(promised_on, today)
    said = {"day": weekday_day(until, language())}
    if until >= today:
        return str(gettext("The payment may come in until %(day)s.", **said))
    return str(gettext("The payments up to %(day)s are not known yet.", **said))


def _breaks(promised_on: date, today: date) -> list[Notice]:
    """Return from when the promise counts as broken, as long as that is still to come."""
    broken_on = broken_from(day=promised_on, country=current_organisation().country)
    if broken_on <= today:
        return []
    fact = gettext("The promise counts as broken from %(day)s", day=weekday_day(broken_on, language()))
    why = gettext(
        "If it is not paid. This action closes by itself as soon as the payments up to then are known."
    )
    return [Notice("clock", fact, why)]


def _left(day: date, today: date) -> str:
    days = (day - today).days
    if days < 0:
        return str(gettext("That day has passed."))
    if days == 0:
        return str(gettext("That is today."))
    return str(ngettext("%(num)s day left", "%(num)s days left", days))


def _events(page: ActionPage) -> list[timeline.Event]:
    organisation_id = current_organisation().id
    things = [("action", page.action.id), *(("invoice", invoice.id) for invoice in page.invoices)]
    return timeline.events(
        lines_about(organisation_id=organisation_id, things=things),
        type_names=type_names(),
        messages=messages_of(organisation_id=organisation_id, debtor_id=page.debtor.id, most=LAST_MESSAGES),
        notes=page.notes,
    )


def day_or_nothing(day: date | None) -> str:
    """Return a short date, or words for none."""
    return short_day(day, language()) if day else str(gettext("no day"))
