"""A text shown with made-up values before anybody gets it, and sent to the one who wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from core.clock import day_in
from core.members.models import Member
from core.money import Money
from core.organisations.models import Organisation
from invoices.models import Channel
from messaging import sms, wording
from messaging.events import MessageEvent, Part
from messaging.layout import as_text, blocks_of
from messaging.legal import ground_of_texts
from messaging.legal_values import Owed, values_of
from messaging.link_text import LinkText
from messaging.models import Message
from messaging.own_texts import TextInUse
from messaging.placeholders import Template, empty_names, fill
from messaging.queueing import queue
from messaging.texts import foot, help_block, help_block_on_paper

FIRST_NAME, LAST_NAME, LONG_FIRST_NAME = "Sanne", "Visser", "Wilhelmina"
INVOICES, MANY_INVOICES = 2, 12
SAMPLE_INVOICES = (("2026/186", 45, 12500), ("2026/201", 30, 17500))
TEST = "test:"
ANSWER: Mapping[str, str] = MappingProxyType(
    {
        "nl": "Wij hebben het nagekeken. U krijgt een nieuwe factuur.",
        "fr": "Nous avons vérifié. Vous recevrez une nouvelle facture.",
        "de": "Wir haben es geprüft. Sie erhalten eine neue Rechnung.",
        "en": "We have looked into it. You will get a new invoice.",
        "nb": "Vi har sett på saken. Du får en ny faktura.",
    }
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a reader gets: for an e-mail a subject and its text, for an SMS its text with size and parts."""

    subject: str
    text: str
    sms: sms.SmsText | None


def sample_values(
    *,
    organisation: Organisation,
    language: str,
    short: bool,
    link: LinkText,
    now: datetime,
    longest: bool = False,
) -> dict[str, str]:
    """Return a made-up value for every placeholder; `short` as in an SMS, `longest` for a long name."""
    first_name = LONG_FIRST_NAME if longest else FIRST_NAME
    zone = organisation.zone
    answer_by = day_in(now, zone) + timedelta(days=7)
    return {
        "salutation": wording.salutation(
            language=language, first_name=first_name, last_name=LAST_NAME, short=short
        ),
        "first_name": first_name,
        "organisation": organisation.name,
        "organisation_phone": organisation.support_phone,
        "organisation_email": organisation.support_email,
        "organisation_address": organisation.postal_address,
        "organisation_registration": organisation.register_number,
        "creditor": "",
        "charges": "",
        "invoice_count": wording.number_of_invoices(
            MANY_INVOICES if longest else INVOICES, language=language
        ),
        "link": link.url,
        "link_valid_until": wording.moment(link.valid_until, language=language, zone=zone, short=short),
        "link_valid_for": wording.span(link.valid_for, language=language),
        "reference": "R-4K7WQ2",
        "answer_by": wording.day(answer_by, language=language, short=short),
        "answer_text": ANSWER[language],
        "paused_invoices": "2026/186, 2026/201",
        "invited_by": f"{FIRST_NAME} {LAST_NAME}",
    } | _of_the_law(organisation, language, now)


def _of_the_law(organisation: Organisation, language: str, now: datetime) -> dict[str, str]:
    """Return what the organisation's law would have said about two made-up invoices."""
    ground = ground_of_texts(organisation=organisation, now=now)
    owed = [
        Owed(
            number=number,
            description="",
            due_on=ground.on - timedelta(days=days),
            open=Money(minor, organisation.currency),
            creditor=organisation.name,
            company_number=organisation.register_number,
        )
        for number, days, minor in SAMPLE_INVOICES
    ]
    return values_of(ground=ground, owed=owed, language=language)


def preview(
    *,
    event: MessageEvent,
    channel: Channel,
    language: str,
    texts: Mapping[Part, str],
    values: Mapping[str, str],
) -> Preview:
    """Return what a reader would get. Raises what checking and filling a text refuses."""
    if channel == Channel.SMS:
        made = sms.prepare(fill(event.parse(Part.SMS, texts[Part.SMS]), values))
        return Preview(subject="", text=made.text, sms=made)
    subject = fill(event.parse(Part.SUBJECT, texts[Part.SUBJECT]), values)
    body = event.parse(Part.BODY, texts[Part.BODY])
    help_of = help_block_on_paper if channel == Channel.LETTER else help_block
    parts = (body, help_of(event.name, language), foot(event.name, language))
    names = frozenset[str]().union(*(part.names for part in parts if part))
    empty = empty_names(names, values)
    main, aid, sender = (blocks_of(part and part.without(empty)) for part in parts)
    text = as_text(body=main, aid=aid, foot=sender)
    return Preview(subject=subject, text=fill(Template(text), values), sms=None)


def queue_test(*, member: Member, text: TextInUse, values: Mapping[str, str], now: datetime) -> Message:
    """Queue the e-mail as it is stored, with made-up values, to the member's own address.

    Links are written when a message leaves: whoever writes them gives a test one that opens nothing.
    """
    return queue(
        organisation_id=member.organisation_id,
        dedupe_key=f"{TEST}{text.event.name}:{text.language}:{member.public_id}:{now.isoformat()}",
        event=text.event.name,
        channel=Channel.EMAIL,
        language=text.language,
        recipient=member.email,
        values={name: value for name, value in values.items() if not name.startswith("link")},
        member_id=member.id,
        now=now,
    )


def is_test(message: Message) -> bool:
    """Return whether the message only shows its text to the one who wrote it."""
    return message.dedupe_key.startswith(TEST)
