"""Stages that begin a term in law, while nobody knows what the law wants said: a rate, a sum, a number.

Without this every such message would fail by itself when it leaves. It is asked with the rows of today, when
a plan is stored and again when a run begins: rates end, and creditors are added.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Protocol

from sqlalchemy import select

from core.database import db
from core.law.collecting import collection_charges
from core.law.mentions import mentions
from core.law.terms import Way
from core.money import Money
from core.organisations.models import Creditor, Organisation
from core.organisations.queries import creditors_of
from core.refusals import N_
from dunning.models import StageChannel
from dunning.policy_refusals import PolicyRefused
from invoices.models import INVOICE_IS_OPEN, Channel, Invoice
from messaging.legal import BEGINS_TERM, Ground
from messaging.legal_values import Owed, values_of

NUMBER = "creditor_number"
SAMPLE = Decimal(100)


class Beginning(Protocol):
    """What is looked at of a stage."""

    @property
    def channel(self) -> StageChannel: ...
    @property
    def event(self) -> str: ...
    @property
    def days_after_due(self) -> int: ...


class LawRowMissing(PolicyRefused):
    """The law wants something said, and no row that is switched on says what it is on this day."""

    sentence = N_(
        "Step %(step)s begins a term, and the law (%(country)s) wants ((%(name)s)) in it: "
        "no row of law says what that is on %(on)s. "
        "Ask who runs the portal to add the row: “The law” in the guide for operators."
    )


class CreditorNumberUnknown(PolicyRefused):
    """The law wants the company number of the creditor, and nobody entered it."""

    sentence = N_(
        "Step %(step)s begins a term, and the law (%(country)s) wants the creditor's company number in it: "
        "enter that of %(creditor)s in the settings, under “Creditors”."
    )


def check_values_by_law(
    *, stages: Sequence[Beginning], ground: Ground, creditors: Sequence[Creditor]
) -> None:
    """Refuse stages that have nothing to say where the law wants it. Raises LawRowMissing and
    CreditorNumberUnknown."""
    row = mentions(book=ground.book, country=ground.country, segment=ground.segment, on=ground.on)
    names = row.words("names") if row else ()
    for step, stage in zip(count(1), stages, strict=False):
        if stage.event not in BEGINS_TERM:
            continue
        if NUMBER in names:
            _check_numbers(creditors, step, ground)
        ways = {Way.LETTER if one is Channel.LETTER else Way.ELECTRONIC for one in stage.channel.channels}
        for way in sorted(ways):
            values = values_of(ground=ground, owed=[_sample(stage, ground)], language="en", way=way)
            for name in names:
                if not values[name].strip():
                    raise LawRowMissing(
                        step=step, country=ground.country, name=name, on=ground.on.isoformat()
                    )


def creditors_asking(*, organisation: Organisation) -> Sequence[Creditor]:
    """Return the creditors of whom an invoice is open."""
    asking = select(Invoice.creditor_id).where(Invoice.organisation_id == organisation.id, INVOICE_IS_OPEN)
    ids = set(db.session.scalars(asking.distinct()))
    return [one for one in creditors_of(organisation_id=organisation.id) if one.id in ids]


def _check_numbers(creditors: Sequence[Creditor], step: int, ground: Ground) -> None:
    for creditor in creditors:
        if not creditor.company_number.strip():
            raise CreditorNumberUnknown(step=step, country=ground.country, creditor=creditor.name)


def _sample(stage: Beginning, ground: Ground) -> Owed:
    """Return an invoice about which the law is asked, in the currency that its costs have."""
    due_on = ground.on - timedelta(days=stage.days_after_due)
    charges = collection_charges(
        book=ground.book,
        country=ground.country,
        segment=ground.segment,
        on=ground.on,
        principals=[SAMPLE],
        due_on=due_on,
    )
    currency = next((charge.currency for _, charge in charges if charge.amount), "EUR")
    return Owed("1", "", due_on, Money.of(SAMPLE, currency), creditor="1", company_number="1")
