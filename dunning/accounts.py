"""Invoices as the rules of charging need them: the law of their debtor, what was paid, asked and objected."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from core import prepared
from core.bulk import among, among_given
from core.clock import day_in
from core.database import db
from core.law.collecting import ONCE
from core.law.holidays import is_holiday
from core.law.interest import Span, plan_freeze
from core.law.rows import Book, Segment, segment_of
from core.law.shelf import in_force
from core.organisations.models import Creditor, Organisation
from dunning.bills import Account, Law, Letter
from dunning.models import DunningNotice, DunningNoticeInvoice
from dunning.named_costs import Named
from dunning.queries import same
from invoices.models import Channel, Debtor, DebtorKind, Exemption, Invoice, Payment
from messaging.charges import counted_before, fees_before
from messaging.models import MessageInvoice
from messaging.own_texts import says_charges


@dataclass(slots=True)
class _History:
    """What was paid on some invoices and when they were left alone, each by its id."""

    paid: dict[int, list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    held: dict[int, list[Exemption]] = field(default_factory=lambda: defaultdict(list))


def law_of(*, organisation: Organisation, country: str, segment: Segment) -> Law:
    """Return the law of a debtor; one without a country stands under the organisation's."""
    place = country or organisation.country
    book = in_force()
    return Law(book, place, segment, partial(_is_holiday, book, place))


_DEBTORS = select(Debtor.id, Debtor.country, Debtor.kind, Debtor.language).where(
    Debtor.organisation_id == bindparam("of_organisation"), among_given(Debtor.id)
)


def laws_of(*, organisation: Organisation, debtor_ids: Collection[int]) -> dict[int, tuple[Law, str]]:
    """Return the law of each debtor, and the language of their messages."""
    rows = prepared.ask(_DEBTORS, organisation_id=organisation.id, ids=debtor_ids)
    laws: dict[tuple[str, Segment], Law] = {}
    found = {}
    for debtor_id, country, kind, language in rows:
        whom = (country, segment_of(is_company=kind is DebtorKind.COMPANY))
        if whom not in laws:
            laws[whom] = law_of(organisation=organisation, country=whom[0], segment=whom[1])
        found[debtor_id] = (laws[whom], language)
    return found


def accounts_of(
    *,
    organisation: Organisation,
    amounts: Mapping[int, int],
    laws: Mapping[int, tuple[Law, str]],
    letters: Mapping[int, Sequence[Letter]],
) -> dict[int, Account]:
    """Return these invoices as the rules of charging need them; `amounts` are what may be asked of each."""
    ids = list(amounts)
    of_them: dict[str, Any] = {"organisation_id": organisation.id, "invoice_ids": ids}
    asked, fees = counted_before(**of_them), fees_before(**of_them)
    past = _history(organisation.id, ids)
    rows = db.session.execute(
        select(Invoice, Creditor.adds_vat_from)
        .join(
            Creditor,
            (Creditor.organisation_id == Invoice.organisation_id) & (Creditor.id == Invoice.creditor_id),
        )
        .where(Invoice.organisation_id == organisation.id, among(Invoice.id, ids))
    )
    return {
        one.id: Account(
            invoice_id=one.id,
            due_on=one.due_on,
            currency=one.currency,
            amount=amounts[one.id],
            balances=_balances(one, amounts[one.id], past),
            letters=letters.get(one.id, ()),
            asked=asked.get(one.id, {}),
            fees=fees.get(one.id, 0),
            frozen=tuple(_frozen(laws[one.debtor_id][0], past.held[one.id], organisation.zone)),
            objections=frozenset(exemption.reason for exemption in past.held[one.id]),
            adds_vat_from=adds_vat_from,
        )
        for one, adds_vat_from in rows
    }


def named_in(*, organisation: Organisation, letters: Iterable[Sequence[Letter]]) -> dict[int, list[Named]]:
    """Return what those of these reminders that gave a term were about, paid invoices too, by message."""
    ids = {one.message_id for some in letters for one in some if one.begins_term and one.is_certain}
    rows = db.session.execute(_named(organisation.id, ids)).all() if ids else ()
    asked = counted_before(organisation_id=organisation.id, invoice_ids={row[1] for row in rows})
    found: dict[int, list[Named]] = defaultdict(list)
    for message_id, invoice_id, due_on, amount, currency, adds_vat_from in rows:
        by_kind = asked.get(invoice_id, {})
        before = sum(sum_of for kind, sum_of in by_kind.items() if kind in ONCE)
        found[message_id].append(Named(invoice_id, due_on, amount, currency, adds_vat_from, before))
    return found


def _named(organisation_id: int, message_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    line = DunningNoticeInvoice
    still_in_it = and_(
        MessageInvoice.organisation_id == DunningNotice.organisation_id,
        MessageInvoice.message_id == DunningNotice.message_id,
        MessageInvoice.invoice_id == line.invoice_id,
    )
    return (
        select(
            DunningNotice.message_id,
            Invoice.id,
            Invoice.due_on,
            line.amount,
            Invoice.currency,
            Creditor.adds_vat_from,
        )
        .join(line, same(DunningNotice, line, "notice_id"))
        .join(MessageInvoice, still_in_it)
        .join(Invoice, same(Invoice, line, "invoice_id"))
        .join(Creditor, same(Creditor, Invoice, "creditor_id"))
        .where(DunningNotice.organisation_id == organisation_id, among(DunningNotice.message_id, message_ids))
        .order_by(line.id)
    )


class Wording:
    """Whether the texts of an organisation name what a message adds, each asked about once."""

    def __init__(self, organisation_id: int) -> None:
        self._organisation_id = organisation_id
        self._known: dict[tuple[str, Channel, str], bool] = {}

    def says(self, event: str, channel: Channel, language: str) -> bool:
        """Return whether the message about an event over a channel in a language does."""
        which = (event, channel, language)
        if which not in self._known:
            self._known[which] = says_charges(
                organisation_id=self._organisation_id, event=event, channel=channel, language=language
            )
        return self._known[which]


def _is_holiday(book: Book, country: str, day: date) -> bool:
    return is_holiday(book=book, country=country, day=day)


def _history(organisation_id: int, ids: Sequence[int]) -> _History:
    past = _History()
    payments = (
        select(Payment.invoice_id, Payment.paid_on, Payment.amount)
        .where(Payment.organisation_id == organisation_id, among(Payment.invoice_id, ids))
        .order_by(Payment.paid_on, Payment.id)
    )
    for invoice_id, paid_on, amount in db.session.execute(payments):
        past.paid[invoice_id].append((paid_on, amount))
    exemptions = select(Exemption).where(
        Exemption.organisation_id == organisation_id, among(Exemption.invoice_id, ids)
    )
    for exemption in db.session.scalars(exemptions):
        past.held[exemption.invoice_id].append(exemption)
    return past


def _balances(invoice: Invoice, amount: int, past: _History) -> list[tuple[date, int]]:
    """Return what bore interest after each day; its last is what may be asked today.

    What was credited, settled in other books or is exempt was never asked with good reason, so it bears no
    interest from the start; a payment counts from the day after it.
    """
    payments = past.paid[invoice.id]
    principal = amount + sum(paid for _, paid in payments)
    balances = [(date.min, principal)]
    for paid_on, paid in payments:
        principal -= paid
        balances.append((paid_on, principal))
    return balances


def _frozen(law: Law, exemptions: Iterable[Exemption], zone: str) -> Iterable[Span]:
    """Yield the days without interest because nobody decided on a plan in time (Belgium)."""
    for one in exemptions:
        asked_on = day_in(one.started_at, zone)
        row = law.find("plan_decision", asked_on)
        if row is None or one.reason not in row.words("reasons"):
            continue
        span = plan_freeze(
            book=law.book,
            country=law.country,
            segment=law.segment,
            requested_on=asked_on,
            decided_on=day_in(one.ended_at, zone) if one.ended_at else None,
        )
        if span is not None:
            yield span
