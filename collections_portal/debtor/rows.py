"""Open invoices as the list shows them: what each row says, status included."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _

from core.web.formats import day
from core.web.languages import language, zone
from reactions.models import ActionState, CloseReason
from reactions.queries.listed import ListedInvoice

Tag = tuple[str, str]
OUR_ANSWERS = (CloseReason.ANSWERED, CloseReason.ACCEPTED, CloseReason.REJECTED)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list; amounts in minor units, `tag` is (tone, words), `lines` are [(words, amount)]."""

    id: str
    number: str
    issued_on: date
    due_on: date
    overdue: bool
    amount: int
    open: int
    currency: str
    creditor: str
    chosen: bool
    tag: Tag | None
    note: str
    answer: str
    lines: Sequence[tuple[str, int]]
    receipt_url: str | None


def rows_of(listed: Sequence[ListedInvoice], *, chosen: Collection[str], today: date) -> list[Row]:
    """Return the rows of the list; `chosen` are public ids, `today` is the organisation's day."""
    receipts = url_for("debtor.reactions.show", public_id="0")[:-1]
    return [_row(invoice, invoice.public_id in chosen, today, receipts) for invoice in listed]


def totals_of(listed: Sequence[ListedInvoice]) -> list[tuple[int, str]]:
    """Return what is open together, per currency: [(minor units, currency)]."""
    sums: dict[str, int] = {}
    for invoice in listed:
        sums[invoice.currency] = sums.get(invoice.currency, 0) + invoice.amount_open
    return [(total, currency) for currency, total in sums.items()]


def _row(invoice: ListedInvoice, chosen: bool, today: date, receipts: str) -> Row:
    status = _status(invoice, today) if invoice.reaction_id else None
    tag, note, answer = status or (_part_settled(invoice), "", "")
    return Row(
        id=invoice.public_id,
        number=invoice.number,
        issued_on=invoice.invoiced_on,
        due_on=invoice.due_on,
        overdue=invoice.due_on < today,
        amount=invoice.amount,
        open=invoice.amount_open,
        currency=invoice.currency,
        creditor=invoice.creditor,
        chosen=chosen,
        tag=tag,
        note=note,
        answer=answer,
        lines=tuple(_lines(invoice)) if invoice.amount_open < invoice.amount else (),
        receipt_url=f"{receipts}{invoice.reaction_id}" if invoice.reaction_id else None,
    )


def _part_settled(invoice: ListedInvoice) -> Tag | None:
    if not invoice.paid:
        return None
    return "part", _("Partly paid")


def _lines(invoice: ListedInvoice) -> Iterator[tuple[str, int]]:
    if invoice.paid and invoice.paid_on:
        yield _("Paid up to %(day)s", day=day(invoice.paid_on, language())), invoice.paid
    if invoice.credited:
        yield _("Taken off"), invoice.credited
    rest = invoice.amount - invoice.amount_open - invoice.paid - invoice.credited
    if rest > 0:
        yield _("Settled before"), rest


def _status(invoice: ListedInvoice, today: date) -> tuple[Tag, str, str] | None:
    """Return tag, note and our answer of an invoice with a reaction; None when the reaction is past."""
    if invoice.state != ActionState.CLOSED:
        return ("wait", _("You have responded")), " ".join(_waiting(invoice, today)), ""
    if invoice.close_reason in OUR_ANSWERS:
        note = _("We answered on %(day)s.", day=_day_of(invoice.closed_at))
        return ("good", _("You have our answer")), note, invoice.answer or ""
    if invoice.close_reason == CloseReason.PROMISE_BROKEN and invoice.promised_on:
        promised = day(invoice.promised_on, language())
        note = _("You wanted to pay on %(day)s. We have not received all of it.", day=promised)
        return ("calm", _("Not all of it was paid")), note, ""
    return None


def _waiting(invoice: ListedInvoice, today: date) -> Iterator[str]:
    yield _("On %(day)s you told us: %(label)s.", day=_day_of(invoice.reacted_at), label=invoice.label)
    awaited = invoice.promised_on or invoice.answer_by
    if awaited is None or awaited < today:
        if invoice.is_exempt:
            yield _("We send no reminders for this invoice until you have our answer.")
        return
    if invoice.promised_on:
        yield _("You pay on %(day)s.", day=day(awaited, language()))
    else:
        yield _("You get an answer by %(day)s.", day=day(awaited, language()))
    if invoice.is_exempt:
        yield _("Until then we send no reminders for this invoice.")


def _day_of(moment: datetime | None) -> str:
    return "" if moment is None else day(moment.astimezone(ZoneInfo(zone())).date(), language())
