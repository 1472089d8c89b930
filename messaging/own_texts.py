"""An organisation's own words for its messages: saved, looked up, and back to the standard words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from core.database import db
from core.organisations.changes import SettingsChangedMeanwhile, differences, hold, tell
from core.organisations.settings import mark_of
from core.refusals import N_, Refusal
from core.texts import one_line, several_lines
from invoices.models import Channel
from messaging import sms
from messaging.events import CHARGES, EVENTS, MessageEvent, Part
from messaging.legal import Demands
from messaging.models import MessageTemplate
from messaging.placeholders import Template, fill, slots_of
from messaging.texts import default_texts
from messaging.wording import LANGUAGES

LONGEST_SUBJECT = 200
PARTS: Mapping[Channel, tuple[Part, ...]] = MappingProxyType(
    {
        Channel.EMAIL: (Part.SUBJECT, Part.BODY),
        Channel.SMS: (Part.SMS,),
        Channel.LETTER: (Part.SUBJECT, Part.BODY),
    }
)


class TextUnknown(Refusal):
    """There is no such message, or not over this channel or in this language."""

    sentence = N_("This page does not exist.")
    status = 404


class TextEmpty(Refusal):
    """A part without a word."""

    sentence = N_("Fill this in.")


class SubjectTooLong(Refusal):
    """More characters than a subject has place for."""

    sentence = N_("This subject is too long. At most %(most)s characters fit.")


class TextsRefused(Refusal):
    """One or more parts have to be changed first. `errors` maps a part to all that is wrong with it."""

    sentence = N_("The text was not saved.")

    def __init__(self, errors: Mapping[Part, Sequence[Refusal]]) -> None:
        self.errors = errors
        super().__init__()


@dataclass(frozen=True, slots=True)
class TextInUse:
    """The words of one message; `mark` tells whether somebody changed them since, `is_own` whose they are."""

    event: MessageEvent
    channel: Channel
    language: str
    texts: Mapping[Part, str]
    mark: str
    is_own: bool
    row_id: int | None


def channels_of(event: MessageEvent) -> tuple[Channel, ...]:
    """Return over which channels this event is told."""
    return tuple(
        channel
        for channel, parts in PARTS.items()
        if set(parts) <= set(event.parts) and (channel is not Channel.LETTER or event.by_letter)
    )


def own_texts(*, organisation_id: int) -> frozenset[tuple[str, Channel, str]]:
    """Return (event, channel, language) of every text the organisation wrote itself."""
    rows = db.session.execute(
        select(MessageTemplate.event, MessageTemplate.channel, MessageTemplate.language).where(
            MessageTemplate.organisation_id == organisation_id
        )
    )
    return frozenset((event, channel, language) for event, channel, language in rows)


def text_in_use(*, organisation_id: int, event: str, channel: str, language: str) -> TextInUse:
    """Return the organisation's words, else the standard ones. Raises TextUnknown."""
    kind = EVENTS.get(event)
    if kind is None or language not in LANGUAGES or channel not in channels_of(kind):
        raise TextUnknown
    row = db.session.scalar(
        select(MessageTemplate).where(
            MessageTemplate.organisation_id == organisation_id,
            MessageTemplate.event == event,
            MessageTemplate.channel == channel,
            MessageTemplate.language == language,
        )
    )
    texts = standard_texts(event, channel, language) if row is None else _texts_of(row)
    return TextInUse(
        event=kind,
        channel=Channel(channel),
        language=language,
        texts=texts,
        mark=mark_of(_plain(texts)),
        is_own=row is not None,
        row_id=row.id if row else None,
    )


def says_charges(*, organisation_id: int, event: str, channel: Channel, language: str) -> bool:
    """Return whether the text in use names what a reminder adds; an SMS never does. Raises TextUnknown."""
    if channel is Channel.SMS:
        return False
    found = text_in_use(organisation_id=organisation_id, event=event, channel=channel, language=language)
    return CHARGES in found.event.parse(Part.BODY, found.texts[Part.BODY]).names


def names_in_use(
    *, organisation_id: int, events: Collection[str]
) -> dict[tuple[str, Channel, str], frozenset[str]]:
    """Return the placeholders in the body of each text in use of these events, by event, channel (but no SMS)
    and language."""
    rows = db.session.execute(
        select(
            MessageTemplate.event, MessageTemplate.channel, MessageTemplate.language, MessageTemplate.body
        ).where(MessageTemplate.organisation_id == organisation_id, MessageTemplate.event.in_(events))
    )
    own = {(event, channel, language): body for event, channel, language, body in rows}
    return {
        which: frozenset(slots_of(own.get(which, default_texts(which[0], which[2])[Part.BODY]))[1::2])
        for which in product(events, (Channel.EMAIL, Channel.LETTER), LANGUAGES)
    }


def standard_texts(event: str, channel: str, language: str) -> dict[Part, str]:
    """Return the portal's own words for the parts of one channel."""
    texts = default_texts(event, language)
    return {part: texts[part] for part in PARTS[Channel(channel)]}


def checked(
    *,
    event: MessageEvent,
    channel: Channel,
    texts: Mapping[Part, str],
    longest: Mapping[str, str],
    demands: Demands,
) -> dict[Part, str]:
    """Return the texts as they are stored. `longest` are the values with which an SMS is longest.

    The body of a mail or letter says what `demands` wants. Raises TextsRefused with every error at once.
    """
    good: dict[Part, str] = {}
    errors: dict[Part, Sequence[Refusal]] = {}
    for part in PARTS[channel]:
        try:
            template = _checked_part(event, part, texts.get(part, ""), longest)
        except Refusal as refusal:
            errors[part] = (refusal,)
            continue
        good[part] = template.text
        if part == Part.BODY and (unsaid := demands.unsaid(event=event.name, said=template.names)):
            errors[part] = unsaid
    if errors:
        raise TextsRefused(errors)
    return good


def save(
    *,
    organisation_id: int,
    event: str,
    channel: str,
    language: str,
    texts: Mapping[Part, str],
    longest: Mapping[str, str],
    demands: Callable[[], Demands],
    mark: str,
    member_id: int,
    now: datetime,
) -> None:
    """Use the organisation's own words from now on, also for messages that still wait to be sent.

    What the text has to say is asked of `demands` once nobody else can change the settings or a plan. Raises
    TextUnknown, TextsRefused, and SettingsChangedMeanwhile when `mark` is no longer that of the words.
    """
    hold(organisation_id=organisation_id)
    before = text_in_use(organisation_id=organisation_id, event=event, channel=channel, language=language)
    good = checked(
        event=before.event, channel=before.channel, texts=texts, longest=longest, demands=demands()
    )
    if before.mark != mark:
        raise SettingsChangedMeanwhile
    changes = differences(_plain(before.texts), _plain(good))
    if not changes:
        return
    row = _row(before, organisation_id, now)
    row.subject, row.body = good.get(Part.SUBJECT, ""), good.get(Part.BODY, good.get(Part.SMS, ""))
    row.version, row.updated_at = (row.version or 0) + 1, now
    db.session.flush()
    _tell("message_template.changed", before, organisation_id, row.id, changes, member_id, now)


def reset(
    *, organisation_id: int, event: str, channel: str, language: str, mark: str, member_id: int, now: datetime
) -> None:
    """Use the standard words again. Raises TextUnknown and SettingsChangedMeanwhile."""
    hold(organisation_id=organisation_id)
    before = text_in_use(organisation_id=organisation_id, event=event, channel=channel, language=language)
    if before.mark != mark:
        raise SettingsChangedMeanwhile
    if before.row_id is None:
        return
    db.session.delete(db.session.get_one(MessageTemplate, before.row_id))
    changes = differences(_plain(before.texts), _plain(standard_texts(event, channel, language)))
    _tell("message_template.reset", before, organisation_id, before.row_id, changes, member_id, now)


def _checked_part(event: MessageEvent, part: Part, text: str, longest: Mapping[str, str]) -> Template:
    tidy = one_line(text) if part == Part.SUBJECT else several_lines(text)
    if not tidy:
        raise TextEmpty
    if part == Part.SUBJECT and len(tidy) > LONGEST_SUBJECT:
        raise SubjectTooLong(most=LONGEST_SUBJECT)
    template = event.parse(part, tidy)
    if part == Part.SMS:
        sms.prepare(fill(template, longest))
    return template


def _plain(texts: Mapping[Part, str]) -> dict[str, str]:
    return {part.value: text for part, text in texts.items()}


def _texts_of(row: MessageTemplate) -> dict[Part, str]:
    if row.channel == Channel.SMS:
        return {Part.SMS: row.body}
    return {Part.SUBJECT: row.subject, Part.BODY: row.body}


def _row(before: TextInUse, organisation_id: int, now: datetime) -> MessageTemplate:
    if before.row_id is not None:
        return db.session.get_one(MessageTemplate, before.row_id)
    row = MessageTemplate(
        organisation_id=organisation_id,
        event=before.event.name,
        channel=before.channel,
        language=before.language,
        version=0,
        updated_at=now,
    )
    db.session.add(row)
    return row


def _tell(
    what: str,
    text: TextInUse,
    organisation_id: int,
    row_id: int,
    changes: Mapping[str, list[Any]],
    member_id: int,
    now: datetime,
) -> None:
    tell(
        organisation_id=organisation_id,
        what=what,
        about="message_template",
        about_id=row_id,
        member_id=member_id,
        now=now,
        changes=changes,
        details={"event": text.event.name, "channel": text.channel.value, "language": text.language},
    )
