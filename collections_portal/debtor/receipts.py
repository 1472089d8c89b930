"""What a receipt says: what happened, what happens next and when, and what was answered."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from core.web.formats import day, money, weekday_day
from core.web.languages import language, zone
from reactions.models import ActionState
from reactions.queries.given import Receipt

Step = tuple[bool, str, str]


def steps_of(receipt: Receipt, *, today: date) -> list[Step]:
    """Return the steps as (done, heading, sentence); `today` is the organisation's day."""
    reacted_on = receipt.reacted_at.astimezone(ZoneInfo(zone())).date()
    when = day(reacted_on, language())
    heading = _("Today, %(day)s", day=when) if reacted_on == today else when
    return [(True, heading, _("Your reaction has reached us.")), *_next(receipt, today)]


def facts_of(receipt: Receipt) -> list[tuple[str, str, str]]:
    """Return what was answered, as (term, value, language); answers stand in the words they were given in."""
    about = ", ".join(
        f"{invoice.number} ({money(invoice.amount_open, invoice.currency, language())})"
        for invoice in receipt.invoices
    )
    return [
        (ngettext("Invoice", "Invoices", len(receipt.invoices)), about, language()),
        (_("Reaction"), receipt.type_label, receipt.language),
        *((answer["label"], answer["shown"], receipt.language) for answer in receipt.answers),
    ]


def _next(receipt: Receipt, today: date) -> Iterator[Step]:
    if receipt.state == ActionState.CLOSED:
        if receipt.answer:
            yield True, _("Our answer"), receipt.answer
        else:
            yield True, _("This reaction is closed"), _("Your invoices show what is still open.")
        return
    exempt = [invoice.number for invoice in receipt.invoices if invoice.is_exempt]
    numbers = ", ".join(exempt)
    if receipt.promised_on:
        until_then = ngettext(
            "Until then we send no reminders for invoice %(numbers)s.",
            "Until then we send no reminders for the invoices %(numbers)s.",
            len(exempt),
            numbers=numbers,
        )
        promised = weekday_day(receipt.promised_on, language())
        yield (
            False,
            _("You pay on %(day)s", day=promised),
            until_then if exempt else _("We look for your payment then."),
        )
        return
    until_answered = ngettext(
        "We send no reminders for invoice %(numbers)s until you have our answer.",
        "We send no reminders for the invoices %(numbers)s until you have our answer.",
        len(exempt),
        numbers=numbers,
    )
    yield False, _("We look into it"), until_answered if exempt else _("We read what you wrote.")
    # Who came by a letter, or whose address does not work, gets no message: then the page promises none.
    here = "" if receipt.message_sent else _("You read our answer on this page.")
    if receipt.answer_by and receipt.answer_by >= today:
        answer_on = weekday_day(receipt.answer_by, language())
        both = here or _("You get an answer. You also read it on this page.")
        yield False, _("By %(day)s", day=answer_on), both
    else:
        yield False, _("You get an answer"), here or _("You also read it on this page.")
