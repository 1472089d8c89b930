"""Values for every placeholder, as the portal would fill them for the longest people of the demo."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.law.collecting import ChargeKind
from core.money import Money
from messaging import charge_words, legal_words, wording
from messaging.charges import Asked
from messaging.events import EVENTS, Part
from messaging.layout import Look
from messaging.mail import Mailbox, MailTemplate
from messaging.texts import default_texts, foot, help_block

TOKEN = "X" * 25
LINK = f"https://mijn.voltwerk.nl/k/{TOKEN}"
LATEST = datetime(2026, 12, 25, 22, 59, tzinfo=UTC)
MESSAGE_ID = "<outbox-0b1f6a52-5a61-4c5e-a1b1-1b9c9bd8e0a1@mijn.voltwerk.nl>"


def values_in(
    language: str,
    *,
    short: bool,
    ends_at: datetime = LATEST,
    invoices: int = 12,
    first_name: str = "Wilhelminaxx",
) -> dict[str, str]:
    """Return a value for every placeholder; `short` as in an SMS."""
    return {
        "salutation": wording.salutation(
            language=language, first_name=first_name, last_name="Visser", short=short
        ),
        "first_name": first_name,
        "organisation": "Voltwerk",
        "organisation_phone": "020-1234567",
        "organisation_email": "facturen@voltwerk.nl",
        "organisation_address": "Kade 12, 1011 AB Amsterdam",
        "organisation_registration": "KvK 12345678",
        "creditor": "Bakkerij De Gouden Aar",
        "invoice_count": wording.number_of_invoices(invoices, language=language),
        "link": LINK,
        "link_valid_until": wording.moment(ends_at, language=language, zone="Europe/Amsterdam", short=short),
        "link_valid_for": wording.span(timedelta(days=14), language=language),
        "reference": "R-4K7WQ2",
        "answer_by": wording.day(ends_at.date(), language=language, short=short),
        "answer_text": "Wij hebben het nagekeken.\nU hoeft niets te doen.",
        "paused_invoices": "2022/186, 2022/187",
        "invited_by": "Joris de Boer",
        "amount_open": legal_words.money(Money(30000, "EUR"), language=language),
        "invoice_list": "2022/186 · Stroom · 1 december 2026\n2022/187 · Stroom · 1 december 2026",
        "creditor_name": "Bakkerij De Gouden Aar",
        "creditor_number": "0123.456.789",
        "payment_term": legal_words.term_after_receipt(14, language=language),
        "cost_after_term": legal_words.money(Money(4500, "EUR"), language=language),
        "interest": legal_words.interest(Decimal("10.50"), "1 december 2026", language=language),
        "objection": legal_words.objection(language=language),
        "complaints_board": "Finansklagenemnda",
        "charges": charge_words.told(
            owed=[Money(30000, "EUR")],
            asked=[Asked(1, 1, ChargeKind.COLLECTION_COST, 4500, "EUR", ends_at.date())],
            language=language,
        ),
    }


def template_of(event: str, language: str, texts: Mapping[Part, str] | None = None) -> MailTemplate:
    """Return the e-mail of an event with the portal's own words, or with `texts`."""
    words = texts or default_texts(event, language)
    return MailTemplate(
        subject=EVENTS[event].parse(Part.SUBJECT, words[Part.SUBJECT]),
        body=EVENTS[event].parse(Part.BODY, words[Part.BODY]),
        aid=help_block(event, language),
        foot=foot(event, language),
        language=language,
        look=Look(),
        sender=Mailbox("Voltwerk", "facturen@voltwerk.nl"),
        reply_to=Mailbox("Voltwerk", "hulp@voltwerk.nl"),
    )
