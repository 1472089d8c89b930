"""Open invoices as the list shows them: what each row says, status included."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from collections_portal.debtor.frame import address
from core.law.collecting import ChargeKind
from core.refusals import N_
from core.web.formats import day, money, short_day
from core.web.languages import language, zone
from core.web.sentences import gettext as _
from reactions.models import OUR_ANSWERS, ActionState, CloseReason
from reactions.queries.listed import ListedInvoice
from reactions.queries.several import Given

Tag = tuple[str, str]
ADDED: Mapping[ChargeKind, str] = MappingProxyType(
    {
        ChargeKind.REMINDER_FEE: N_("Reminder fee"),
        ChargeKind.COLLECTION_COST: N_("Collection costs"),
        ChargeKind.PENALTY: N_("Compensation under the terms"),
        ChargeKind.DEMAND_FEE: N_("Fee of the payment demand"),
        ChargeKind.RECOVERY_SUM: N_("Fixed sum for late payment"),
    }
)


@dataclass(frozen=True, slots=True)
class Other:
    """Another reaction to an invoice: where it can be read, what was told, what became of it."""

    url: str
    told: str
    note: str
    tag: Tag | None


@dataclass(slots=True)
class Row:
    """One row of the list, in words: `tag` is (tone, words), `lines` are pairs.

    `open` is all that is to be paid in minor units, with what reminders added.
    """

    id: str
    number: str
    issued: str
    due: str
    late: bool
    amount_words: str
    open: str
    open_words: str
    currency: str
    creditor: str
    chosen: bool
    tag: Tag | None
    note: str
    answer: str
    lines: Sequence[tuple[str, str]]
    receipt_url: str | None
    others: Sequence[Other]
    has_rest: bool


def rows_of(listed: Sequence[ListedInvoice], *, chosen: Collection[str], today: date) -> list[Row]:
    """Return the rows of the list; `chosen` are public ids, `today` is the organisation's day."""
    receipts = address("debtor.reactions.show", public_id="0")[:-1]
    speaking = language()
    return [
        _row(invoice, invoice.public_id in chosen, today, speaking, receipts=receipts) for invoice in listed
    ]


def totals_of(listed: Sequence[ListedInvoice]) -> list[tuple[int, str]]:
    """Return what is to be paid together, per currency: [(minor units, currency)]."""
    sums: dict[str, int] = {}
    for invoice in listed:
        sums[invoice.currency] = sums.get(invoice.currency, 0) + invoice.amount_asked
    return [(total, currency) for currency, total in sums.items()]


def _row(invoice: ListedInvoice, chosen: bool, today: date, speaking: str, *, receipts: str) -> Row:
    status = _status(invoice, today) if invoice.reaction_public_id else None
    tag, note, answer = status or (_part_settled(invoice), "", "")
    amount = money(invoice.amount, invoice.currency, speaking)
    is_whole = invoice.amount_asked == invoice.amount and not invoice.charges
    receipt_url = f"{receipts}{invoice.reaction_public_id}" if invoice.reaction_public_id else None
    return Row(
        id=invoice.public_id,
        number=invoice.number,
        issued=_unbroken_day(invoice.invoiced_on, speaking),
        due=_unbroken_day(invoice.due_on, speaking),
        late=invoice.due_on < today,
        amount_words=amount,
        open=str(invoice.amount_asked),
        open_words=amount if is_whole else money(invoice.amount_asked, invoice.currency, speaking),
        currency=invoice.currency,
        creditor=invoice.creditor,
        chosen=chosen,
        tag=tag,
        note=note,
        answer=answer,
        lines=() if is_whole else tuple(_lines(invoice)),
        receipt_url=receipt_url,
        others=[_other(invoice, given, today, receipts) for given in invoice.others],
        has_rest=not is_whole or receipt_url is not None,
    )


@lru_cache(maxsize=8192)
def _unbroken_day(value: date, speaking: str) -> str:
    """A date does not break over two lines."""
    return day(value, speaking).replace(" ", "\u00a0")


def _part_settled(invoice: ListedInvoice) -> Tag | None:
    if not invoice.paid:
        return None
    return "part", _("Partly paid")


def _lines(invoice: ListedInvoice) -> Iterator[tuple[str, str]]:
    rest = invoice.amount - invoice.amount_open - invoice.paid - invoice.credited
    if invoice.paid and invoice.paid_on:
        yield (
            _("Paid up to %(day)s", day=short_day(invoice.paid_on, language())),
            _amount(invoice, invoice.paid),
        )
    if invoice.credited:
        yield _("Taken off"), _amount(invoice, invoice.credited)
    if rest > 0:
        yield _("Settled before"), _amount(invoice, rest)
    for kind, has_vat in dict.fromkeys((one.kind, one.includes_vat) for one in invoice.charges):
        alike = [one for one in invoice.charges if (one.kind, one.includes_vat) == (kind, has_vat)]
        yield (
            _added(kind, max(one.until_on for one in alike), has_vat=has_vat),
            _amount(invoice, sum(one.amount for one in alike)),
        )


def _added(kind: ChargeKind, last: date, *, has_vat: bool) -> str:
    """Return what a kind of charge is called; interest with the last day it was counted for."""
    if kind is ChargeKind.INTEREST:
        return _("Interest up to and including %(day)s", day=short_day(last, language()))
    return _("%(what)s (incl. VAT)", what=_(ADDED[kind])) if has_vat else _(ADDED[kind])


def _amount(invoice: ListedInvoice, minor: int) -> str:
    return money(minor, invoice.currency, language())


def _status(invoice: ListedInvoice, today: date) -> tuple[Tag, str, str] | None:
    """Return tag, note and our answer of an invoice with a reaction; None when the reaction is past."""
    if invoice.state != ActionState.CLOSED:
        note = " ".join((_told(invoice), *_waiting(invoice, today)))
        return ("wait", _("You have responded")), note, ""
    if invoice.close_reason in OUR_ANSWERS:
        note = _("We answered on %(day)s.", day=_day_of(invoice.closed_at))
        return ("good", _("You have our answer")), note, invoice.answer or ""
    if invoice.close_reason == CloseReason.PROMISE_BROKEN and invoice.promised_on:
        promised = day(invoice.promised_on, language())
        note = _("You wanted to pay on %(day)s. We have not received all of it.", day=promised)
        return ("calm", _("Not all of it was paid")), note, ""
    return None


def _other(invoice: ListedInvoice, given: Given, today: date, receipts: str) -> Other:
    """Return another reaction; our answer stands on its own page, and what is exempt beside the foremost."""
    alike = invoice._replace(**given._asdict(), is_exempt=False)
    is_open = given.state != ActionState.CLOSED
    tag, note, _answer = _status(alike, today) or (None, "", "")
    return Other(
        url=f"{receipts}{given.reaction_public_id}",
        told=_told(alike),
        note=" ".join(_waiting(alike, today)) if is_open else note,
        tag=tag,
    )


def _told(invoice: ListedInvoice) -> str:
    return _("On %(day)s you told us: %(label)s.", day=_day_of(invoice.reacted_at), label=invoice.label)


def _waiting(invoice: ListedInvoice, today: date) -> Iterator[str]:
    awaited = invoice.promised_on or invoice.answer_by
    if awaited is None or awaited < today:
        if invoice.is_exempt and invoice.promised_on:
            yield _("We send no reminders for this invoice until we have looked for your payment.")
        elif invoice.is_exempt:
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
