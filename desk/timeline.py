"""Timelines: a sentence for each line of the audit trail, and for each message that went out.

A new kind of line is one entry in SENTENCES; a house test compares the table with what the rooms record.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from flask_babel import gettext

from core.audit import Actor
from core.refusals import N_
from core.trail import Line
from core.web.formats import money, short_day
from core.web.languages import language
from desk import dunning_words, words
from messaging.models import Message, MessageState
from reactions.queries.actions import Note

Details = Mapping[str, Any]

# %(who)s is the member, or the portal. What the debtor does has no name.
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "action.assigned": N_("%(who)s assigned the action to %(assignee)s"),
        "action.changed": N_("%(who)s changed the action"),
        "action.closed": N_("%(who)s closed the action: %(reason)s"),
        "action.forwarded_again": N_("%(who)s had the reaction sent to your own system again"),
        "action.noted": N_("%(who)s wrote a note"),
        "charge.let_go": N_("%(who)s let go of %(amount)s that was added to %(invoice)s"),
        "charge.paid": N_("%(who)s noted as paid: %(amount)s that was added to %(invoice)s"),
        "contact.added": N_("%(who)s added %(channel)s %(value)s"),
        "contact.changed": N_("%(who)s changed %(channel)s %(value)s"),
        "contact.failed": N_("An address does not work any more: %(reason_given)s"),
        "contact.opt_in_noted": N_(
            "%(who)s noted that the receiver wants messages there again (%(channel)s)"
        ),
        "contact.opt_out_noted": N_("%(who)s noted that the receiver wants no messages there (%(channel)s)"),
        "contact.opted_in": N_("The receiver wants messages again: %(reason_given)s"),
        "contact.opted_out": N_("The receiver wants no messages any more: %(reason_given)s"),
        "contact.works_again": N_("A message arrived, so the address or number works after all"),
        "credit_note.taken_back": N_(
            "%(who)s took back credit note %(number)s of %(amount)s for %(invoice)s"
        ),
        "credit_note.recorded": N_("%(who)s entered credit note %(number)s of %(amount)s for %(invoice)s"),
        "debtor.added": N_("%(who)s added this debtor"),
        "debtor.paused": N_("%(who)s let reminders wait until %(day)s: %(reason_given)s"),
        "debtor.pause_ended": N_("%(who)s let reminders go out again"),
        "debtor.plan_chosen": N_("%(who)s chose the dunning plan of this debtor: %(plan)s"),
        "debtor.changed": N_("%(who)s changed the details of this debtor"),
        "invoice.added": N_("%(who)s added invoice %(invoice)s of %(amount)s"),
        "invoice.withdrawn": N_("%(who)s withdrew invoice %(invoice)s"),
        "letters.downloaded": N_("%(who)s downloaded the PDF, version %(edition)s"),
        "letters.made_again": N_("%(who)s had the letters made again"),
        "letters.posted": N_("%(who)s noted that the letters were posted on %(day)s"),
        "letters.taken_out": N_("%(who)s noted that letters were taken out and not posted: %(numbers)s"),
        "link.entered": N_("The debtor came in by the link (%(channel)s)"),
        "link.revoked": N_("%(who)s revoked a link"),
        "link.sent": N_("%(who)s sent a link by %(channel)s"),
        "link.sent_as_asked": N_("%(who)s sent a link by %(channel)s because the debtor asked for it"),
        "message.bounced": N_("A message came back: %(reason_given)s"),
        "message.cleared": N_("%(who)s noted that nothing more is to be done about the message"),
        "message.replaced": N_("%(who)s sent the message another way instead"),
        "message.settled": N_("%(who)s found out what became of a message: %(message_state)s"),
        "message.sent_again": N_("%(who)s sent a message again"),
        "payment.recorded": N_("%(who)s entered a payment of %(amount)s for %(invoice)s"),
        "payment.taken_back": N_("%(who)s took back a payment of %(amount)s for %(invoice)s"),
        "reaction.submitted": N_("The debtor reacted: %(type)s (%(invoices)s)"),
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """One dot on a timeline. `ours`: a member or the portal did it; `detail` is a person's own words."""

    sentence: str
    at: datetime
    ours: bool
    detail: str = ""


def events(
    lines: Sequence[Line],
    *,
    type_names: Mapping[str, str],
    messages: Iterable[Message] = (),
    notes: Iterable[Note] = (),
) -> list[Event]:
    """Return a timeline, newest first; `type_names` holds what reaction types are called, by key."""
    written = {(note.written_at, note.name): note.text for note in notes}
    told = [event_of(line, type_names=type_names, notes=written) for line in lines]
    told += [_event_of_message(message) for message in messages]
    return sorted(told, key=lambda event: event.at, reverse=True)


def event_of(
    line: Line, *, type_names: Mapping[str, str], notes: Mapping[tuple[datetime, str], str] | None = None
) -> Event:
    """Return one line of the trail as a sentence; an unknown kind is shown by its name."""
    values = _values(line, type_names)
    sentence = gettext(SENTENCES[line.what], **values) if line.what in SENTENCES else line.what
    detail = (notes or {}).get((line.at, line.name or ""), "") if line.what == "action.noted" else ""
    if line.what == "action.closed":
        detail = str(line.details.get("answer", ""))
    if line.what.endswith(".taken_back"):
        detail = str(line.details.get("why", ""))
    if line.what == "action.changed":
        detail = "\n".join(_changes(line.details.get("changes", {}), type_names))
    return Event(sentence, line.at, line.actor != Actor.DEBTOR, detail)


def _values(line: Line, type_names: Mapping[str, str]) -> dict[str, str]:
    said = line.details
    values = {name: str(value) for name, value in said.items() if isinstance(value, str | int)}
    values["who"] = line.name or str(gettext("The portal"))
    values["assignee"] = said.get("assignee") or str(gettext("nobody"))
    values["reason"] = words.close_reason(said.get("reason"))
    if line.what == "message.settled":
        values["message_state"] = dunning_words.message_state(MessageState(said["state"]))[0]
    values["reason_given"] = words.contact_reason(str(said.get("reason", "")))
    values["plan"] = said.get("plan") or str(gettext("the one that fits"))
    if line.what == "debtor.paused":
        values["day"] = _day(str(said["day"]))
    if line.what == "letters.posted":
        values["day"] = _day(str(said["posted_on"]))
    values["type"] = type_names.get(str(said.get("type")), str(said.get("type")))
    values["invoices"] = ", ".join(said.get("invoices", ()))
    if said.get("channel") in words.CHANNELS:
        values["channel"] = words.channel(said["channel"])
    if "amount" in said and "currency" in said:
        values["amount"] = money(int(said["amount"]), str(said["currency"]), language())
    return {name: values.get(name, "") for name in (*values, *EVERY_VALUE)}


EVERY_VALUE = ("amount", "channel", "invoice", "number", "value")


def _changes(changes: Mapping[str, Sequence[Any]], type_names: Mapping[str, str]) -> list[str]:
    """Return a line for each value that was changed: from what into what."""
    show: dict[str, tuple[str, Callable[[Any], str]]] = {
        "type": (gettext("Action type"), lambda key: type_names.get(str(key), str(key))),
        "exempts": (
            gettext("Left alone by dunning"),
            lambda value: gettext("yes") if value else gettext("no"),
        ),
        "promised_on": (gettext("The debtor pays on"), _day),
        "review_on": (gettext("Look at it again on"), _day),
        "state": (gettext("State"), lambda value: words.action_state(value)[0]),
    }
    told = [
        gettext("%(what)s: %(before)s, now %(after)s", what=name, before=say(before), after=say(after))
        for key, (name, say) in show.items()
        if key in changes
        for before, after in (changes[key],)
    ]
    return (
        [*told, gettext("The part that is left alone was changed.")] if "amount_disputed" in changes else told
    )


def _day(value: str | None) -> str:
    return short_day(date.fromisoformat(value), language()) if value else str(gettext("no day"))


def _event_of_message(message: Message) -> Event:
    state, _tone = dunning_words.message_state(message.state)
    sentence = gettext(
        "Message by %(channel)s: %(message)s (%(state)s)",
        message=dunning_words.event(message.event),
        channel=words.channel(message.channel),
        state=state,
    )
    return Event(sentence, message.sent_at or message.created_at, ours=True)
