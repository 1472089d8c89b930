"""A stored message turned into what leaves: greeting, organisation, link and count are filled in now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256
from typing import Protocol

from sqlalchemy import select

from core.database import db
from core.members.models import Member
from core.organisations.models import Organisation
from core.theme import theme_of
from invoices.models import Channel, Debtor
from messaging import charge_words, legal, legal_values, sms, wording
from messaging.charges import said_by
from messaging.copies import pack
from messaging.events import CHARGES, EVENTS, Part
from messaging.layout import Look
from messaging.link_text import LinkText
from messaging.mail import Mailbox, MailTemplate
from messaging.models import Message, MessageInvoice, MessageTemplate
from messaging.own_texts import says_charges
from messaging.placeholders import fill
from messaging.providers.outcomes import OutgoingMail, OutgoingSms
from messaging.texts import default_texts, foot, help_block

HIDDEN_LINK = "[link]"


class Texts(Protocol):
    """Where the texts in use are found, such as `texts_of`."""

    def __call__(
        self, *, organisation_id: int, event: str, channel: Channel, language: str
    ) -> Mapping[Part, str]: ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """What leaves, which invoices it speaks of, and what is kept of it: nothing kept holds a link's key.

    `kept_mail` is the packed copy of an e-mail, None for an SMS, of which `body` is all.
    """

    outgoing: OutgoingMail | OutgoingSms
    subject: str
    body: str
    kept_mail: bytes | None
    invoice_ids: tuple[int, ...]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes of the mail, or of the SMS in UTF-8."""
        outgoing = self.outgoing
        sent = outgoing.message if isinstance(outgoing, OutgoingMail) else outgoing.text.encode()
        return sha256(sent).hexdigest()


def render(
    *,
    message: Message,
    organisation: Organisation,
    invoice_ids: tuple[int, ...],
    is_charged: bool,
    texts: Texts,
    link: LinkText | None,
    sender: Mailbox,
    now: datetime,
) -> Rendered:
    """Return the message as it leaves now. Raises what filling a template may refuse.

    `is_charged` says whether anything may be asked for its invoices beside what is open on them.
    """
    values = values_for(message, organisation, link, invoice_ids, now, is_charged=is_charged)
    if message.channel == Channel.SMS:
        sent = _as_sms(message, values, link, now, texts)
        return Rendered(sent, "", _without_key(sent.text, values), None, invoice_ids)
    template = _template_of(message, organisation, sender, texts)
    written = partial(_filled, template, message, sender, now)
    keyless = values | {"link": HIDDEN_LINK} if values.get("link") else values
    return Rendered(
        OutgoingMail(sender.address, message.recipient, written(values)),
        template.subject_line(keyless)[:240],
        template.text(keyless),
        pack(written(keyless)),
        invoice_ids,
    )


def invoices_in(message: Message) -> tuple[int, ...]:
    """Return the ids of the invoices that the message speaks of."""
    found = (
        select(MessageInvoice.invoice_id)
        .where(
            MessageInvoice.organisation_id == message.organisation_id, MessageInvoice.message_id == message.id
        )
        .order_by(MessageInvoice.invoice_id)
    )
    return tuple(db.session.scalars(found))


def values_for(
    message: Message,
    organisation: Organisation,
    link: LinkText | None,
    invoice_ids: tuple[int, ...],
    now: datetime,
    *,
    is_charged: bool = True,
) -> dict[str, str]:
    """Return the value of every placeholder of the message as it leaves now. Raises what the law refuses."""
    values = _values(message, organisation, link, len(invoice_ids))
    values |= _legal_values(message, organisation, invoice_ids, now)
    return values | _charges(message, invoice_ids) if is_charged else values


def _legal_values(
    message: Message, organisation: Organisation, invoice_ids: tuple[int, ...], now: datetime
) -> dict[str, str]:
    """Return what the law wants said; a message that could not say all of it does not leave."""
    ground = legal.ground_of(message=message, organisation=organisation, now=now)
    if ground is None:
        return {}
    owed = legal_values.owed_on(organisation_id=organisation.id, invoice_ids=invoice_ids)
    way = legal.way_of(message.channel)
    values = legal_values.values_of(ground=ground, owed=owed, language=message.language, way=way)
    texts = _in_use(message, texts_of)
    body = EVENTS[message.event].parse(Part.BODY, texts[Part.BODY])
    legal.check(event=message.event, said=body.names, values=values, ground=ground)
    return values


def _charges(message: Message, invoice_ids: tuple[int, ...]) -> dict[str, str]:
    """Return what is asked for beside the invoices; a message that adds and does not say so stays."""
    if not message.is_collection or CHARGES not in EVENTS[message.event].allowed[Part.BODY]:
        return {}
    asked = said_by(message=message, invoice_ids=invoice_ids)
    if not asked:
        return {}
    owner, language = message.organisation_id, message.language
    adds = any(one.message_id == message.id for one in asked)
    is_said = says_charges(
        organisation_id=owner, event=message.event, channel=message.channel, language=language
    )
    if adds and not is_said:
        raise legal.ChargesUnsaid
    owed = legal_values.owed_on(organisation_id=owner, invoice_ids=invoice_ids)
    return {CHARGES: charge_words.told(owed=[one.open for one in owed], asked=asked, language=language)}


def texts_of(*, organisation_id: int, event: str, channel: Channel, language: str) -> Mapping[Part, str]:
    """Return the texts in use: the organisation's own, else the portal's."""
    own = db.session.scalar(
        select(MessageTemplate).where(
            MessageTemplate.organisation_id == organisation_id,
            MessageTemplate.event == event,
            MessageTemplate.channel == channel,
            MessageTemplate.language == language,
        )
    )
    if own is None:
        return default_texts(event, language)
    return (
        {Part.SMS: own.body} if channel == Channel.SMS else {Part.SUBJECT: own.subject, Part.BODY: own.body}
    )


def _values(
    message: Message, organisation: Organisation, link: LinkText | None, invoices: int
) -> dict[str, str]:
    short = message.channel == Channel.SMS
    language = message.language
    values = {name: "" for part in EVENTS[message.event].allowed.values() for name in part}
    values |= _person(message, short=short)
    values |= {
        "organisation": organisation.name,
        "organisation_phone": organisation.support_phone,
        "organisation_email": organisation.support_email,
        "organisation_address": organisation.postal_address,
        "organisation_registration": organisation.register_number,
        "invoice_count": wording.number_of_invoices(invoices, language=language),
    }
    if link:
        values |= {
            "link": link.url,
            "link_valid_until": wording.moment(
                link.valid_until, language=language, zone=organisation.zone, short=short
            ),
            "link_valid_for": wording.span(link.valid_for, language=language),
        }
    return values | message.values


def _person(message: Message, *, short: bool) -> dict[str, str]:
    if message.debtor_id is not None:
        debtor = db.session.get_one(Debtor, message.debtor_id)
        first, last = debtor.first_name, debtor.last_name
    else:
        member = db.session.scalars(select(Member).where(Member.id == message.member_id)).one()
        first, _, last = member.name.partition(" ")
    greeting = wording.salutation(language=message.language, first_name=first, last_name=last, short=short)
    return {"salutation": greeting, "first_name": first}


def _in_use(message: Message, texts: Texts) -> Mapping[Part, str]:
    return texts(
        organisation_id=message.organisation_id,
        event=message.event,
        channel=message.channel,
        language=message.language,
    )


def _as_sms(
    message: Message, values: dict[str, str], link: LinkText | None, now: datetime, texts: Texts
) -> OutgoingSms:
    own = _in_use(message, texts)
    text = sms.prepare(fill(EVENTS[message.event].parse(Part.SMS, own[Part.SMS]), values)).text
    # What comes after the link's end, or the message's own, is of no use to anybody.
    ends = [end for end in (link.valid_until if link else None, message.expires_at) if end is not None]
    return OutgoingSms(
        message.recipient,
        text,
        valid_for=min(ends) - now if ends else None,
        public_id=message.public_id,
        attempt=message.attempt,
    )


def _template_of(message: Message, organisation: Organisation, sender: Mailbox, texts: Texts) -> MailTemplate:
    own = _in_use(message, texts)
    return _mail_template(
        event=message.event,
        language=message.language,
        subject=own[Part.SUBJECT],
        body=own[Part.BODY],
        accent=organisation.accent,
        sender=Mailbox(organisation.name, sender.address),
        reply_to=Mailbox(organisation.name, organisation.support_email)
        if organisation.support_email
        else None,
    )


def _filled(
    template: MailTemplate, message: Message, sender: Mailbox, now: datetime, values: Mapping[str, str]
) -> bytes:
    domain = sender.address.rpartition("@")[2]
    return template.fill(
        recipient=Mailbox("", message.recipient),
        message_id=f"<{message.message_id}@{domain}>",
        sent_at=now,
        values=values,
    )


@lru_cache(maxsize=512)
def _mail_template(
    *,
    event: str,
    language: str,
    subject: str,
    body: str,
    accent: str,
    sender: Mailbox,
    reply_to: Mailbox | None,
) -> MailTemplate:
    kind = EVENTS[event]
    return MailTemplate(
        subject=kind.parse(Part.SUBJECT, subject),
        body=kind.parse(Part.BODY, body),
        aid=help_block(event, language),
        foot=foot(event, language),
        language=language,
        look=_look(accent),
        sender=sender,
        reply_to=reply_to,
    )


def _look(accent: str) -> Look:
    theme = theme_of(accent)
    return Look(
        accent=theme.light.accent,
        on_accent=theme.light.on_accent,
        accent_dark=theme.dark.accent,
        on_accent_dark=theme.dark.on_accent,
    )


def _without_key(text: str, values: Mapping[str, str]) -> str:
    url = values.get("link")
    return text.replace(url, HIDDEN_LINK) if url else text
