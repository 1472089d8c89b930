"""Questions about debtors, their invoices and exemptions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, func, select

from core import prepared
from core.bulk import among_given
from core.database import db
from core.refusals import N_, Refusal
from invoices.models import (
    Channel,
    ContactPoint,
    ContactState,
    CreditNote,
    Debtor,
    Exemption,
    Invoice,
    Payment,
)

# Who asked for each exemption of an invoice, and for what amount (None: all of it).
Held = Sequence[tuple[str, int | None]]


class DebtorUnknown(Refusal):
    """There is no such debtor in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


class InvoiceUnknown(Refusal):
    """There is no such invoice in this organisation, or not of this debtor."""

    sentence = N_("This invoice does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why no collection message about an invoice may leave: `settled`, `withdrawn`, `unknown` or `exempt`.

    `detail` of `exempt` is who asked for the exemption, such as `action:7`.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class UsableContact:
    """A contact point that can carry a link."""

    debtor_id: int
    id: int
    public_id: str
    channel: Channel
    value: str


def debtor_by_public_id(*, organisation_id: int, public_id: str) -> Debtor:
    """Return the debtor. Raises DebtorUnknown."""
    found = db.session.scalar(
        select(Debtor).where(Debtor.organisation_id == organisation_id, Debtor.public_id == public_id)
    )
    if found is None:
        raise DebtorUnknown
    return found


def debtor_by_id(*, organisation_id: int, debtor_id: int) -> Debtor:
    """Return the debtor. Raises DebtorUnknown."""
    found = db.session.scalar(
        select(Debtor).where(Debtor.organisation_id == organisation_id, Debtor.id == debtor_id)
    )
    if found is None:
        raise DebtorUnknown
    return found


def invoice_by_public_id(*, organisation_id: int, public_id: str) -> Invoice:
    """Return the invoice. Raises InvoiceUnknown."""
    found = db.session.scalar(
        select(Invoice).where(Invoice.organisation_id == organisation_id, Invoice.public_id == public_id)
    )
    if found is None:
        raise InvoiceUnknown
    return found


def usable_contacts_of(*, organisation_id: int, debtor_id: int) -> Sequence[UsableContact]:
    """Return the contact points that can carry a link: the preferred one first, then e-mail, then SMS."""
    found = usable_contacts_of_each(organisation_id=organisation_id, debtor_ids=(debtor_id,))
    return found.get(debtor_id, ())


_USABLE = (
    select(
        ContactPoint.debtor_id,
        ContactPoint.id,
        ContactPoint.public_id,
        ContactPoint.channel,
        ContactPoint.value,
    )
    .where(
        ContactPoint.organisation_id == bindparam("of_organisation"),
        among_given(ContactPoint.debtor_id),
        ContactPoint.state == ContactState.USABLE,
        ContactPoint.channel.in_((Channel.EMAIL, Channel.SMS)),
    )
    .order_by(
        ContactPoint.debtor_id,
        ContactPoint.is_preferred.desc(),
        case((ContactPoint.channel == Channel.EMAIL, 0), else_=1),
        ContactPoint.id,
    )
)


def usable_contacts_of_each(
    *, organisation_id: int, debtor_ids: Collection[int]
) -> Mapping[int, Sequence[UsableContact]]:
    """Return the same for many debtors in one statement; who has none is not in it."""
    found: dict[int, list[UsableContact]] = {}
    for row in prepared.ask(_USABLE, organisation_id=organisation_id, ids=debtor_ids):
        found.setdefault(row[0], []).append(UsableContact(*row))
    return found


# By id, so that two who hold several never wait crosswise.
_HELD = (
    select(Invoice.id)
    .where(
        Invoice.organisation_id == bindparam("of_organisation"),
        Invoice.id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(Invoice.id)
    .with_for_update()
)


class Standing(NamedTuple):
    """How it stands with an invoice: what is open in minor units, and when it was withdrawn."""

    id: int
    amount_open: int
    withdrawn_at: datetime | None


_STANDING = select(Invoice.id, Invoice.amount_open, Invoice.withdrawn_at).where(
    Invoice.organisation_id == bindparam("of_organisation"), among_given(Invoice.id)
)


def why_not_dun(
    *,
    organisation_id: int,
    invoice_ids: Collection[int],
    invoices: Sequence[Standing] | None = None,
    held: Mapping[int, Held] | None = None,
) -> dict[int, WhyNot | None]:
    """Return for each invoice why no collection message about it may leave, or None when one may.

    The one gate: the dunning run asks it, and every sender asks it again, about invoices that it holds (see
    `invoices.locking`), in the transaction that marks a message `handing`. `invoices` are these, `held` the
    exemptions in force, for callers who asked for them already.
    """
    if invoices is None:
        rows = prepared.ask(_STANDING, organisation_id=organisation_id, ids=invoice_ids)
        invoices = [Standing(*row) for row in rows]
    if held is None:
        held = exemptions_in_force(organisation_id=organisation_id, invoice_ids=invoice_ids)
    answers: dict[int, WhyNot | None] = dict.fromkeys(invoice_ids, WhyNot("unknown"))
    for invoice_id, amount_open, withdrawn_at in invoices:
        answers[invoice_id] = _why_not(amount_open, withdrawn_at is not None, held.get(invoice_id, ()))
    return answers


def _why_not(amount_open: int, withdrawn: bool, held: Held) -> WhyNot | None:
    if withdrawn:
        return WhyNot("withdrawn")
    if amount_open <= 0:
        return WhyNot("settled")
    if not held:
        return None
    for asked_by, amount in held:
        if amount is None or amount >= amount_open:
            return WhyNot("exempt", asked_by)
    if covered_by(held) >= amount_open:
        return WhyNot("exempt", held[0][0])
    return None


def covered_by(held: Held) -> int:
    """Return how much of an invoice exemptions cover that each are about a part of it, in minor units."""
    return sum(amount or 0 for _, amount in held)


def lock_invoices(*, organisation_id: int, invoice_ids: Collection[int]) -> None:
    """Hold these invoices until the transaction ends."""
    prepared.ask(_HELD, organisation_id=organisation_id, ids=invoice_ids)


_IN_FORCE = (
    select(Exemption.invoice_id, Exemption.asked_by, Exemption.amount)
    .where(
        Exemption.organisation_id == bindparam("of_organisation"),
        among_given(Exemption.invoice_id),
        Exemption.ended_at.is_(None),
    )
    .order_by(Exemption.id)
)


def exemptions_in_force(*, organisation_id: int, invoice_ids: Collection[int]) -> Mapping[int, Held]:
    """Return per invoice who asked for an exemption in force, and for what amount (None: all of it)."""
    rows = prepared.ask(_IN_FORCE, organisation_id=organisation_id, ids=invoice_ids)
    held: dict[int, list[tuple[str, int | None]]] = {}
    for invoice_id, asked_by, amount in rows:
        held.setdefault(invoice_id, []).append((asked_by, amount))
    return held


def is_covered() -> ColumnElement[bool]:
    """Return SQL about the invoice of a statement: exemptions cover all that is open, alone or in parts.

    The same that `why_not_dun` says, for pages that list invoices in one statement.
    """
    held = select(func.coalesce(func.sum(func.coalesce(Exemption.amount, Invoice.amount_open)), 0)).where(
        Exemption.organisation_id == Invoice.organisation_id,
        Exemption.invoice_id == Invoice.id,
        Exemption.ended_at.is_(None),
    )
    return held.correlate(Invoice).scalar_subquery() >= Invoice.amount_open


def settled_on(*, organisation_id: int, invoice_id: int) -> tuple[int, int]:
    """Return (paid, credited) in minor units."""
    paid = db.session.scalar(
        select(func.coalesce(func.sum(Payment.amount), 0)).where(
            Payment.organisation_id == organisation_id, Payment.invoice_id == invoice_id
        )
    )
    credited = db.session.scalar(
        select(func.coalesce(func.sum(CreditNote.amount), 0)).where(
            CreditNote.organisation_id == organisation_id, CreditNote.invoice_id == invoice_id
        )
    )
    return int(paid or 0), int(credited or 0)


def like(text: str) -> str:
    """Return a LIKE pattern that finds the text anywhere, with `\\` before its own % and _."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
