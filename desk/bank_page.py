"""What the pages of bank statements and of payments to settle show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext

from core import clock
from core.clock import day_in
from core.members.models import Role
from core.members.queries import members_of
from core.web.guards import current_member, current_organisation, may
from desk import bank_words, lists
from desk.forms.bank import IgnoreForm, SettleForm, settle_form
from invoices.lists import InvoiceRow, Standing, invoices_found, invoices_named
from invoices.statements import booked, queries
from invoices.statements.models import BankLine, BankStatement, IgnoreReason, LineState
from invoices.statements.suggesting import ids_by_public_id, suggestion_for

FOUND = 20


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line in a list."""

    href: str
    name: str
    about: str
    booked_on: date
    amount: int
    amount_left: int
    currency: str
    state_label: str
    state_tone: str


@dataclass(frozen=True, slots=True)
class CameWith:
    """A payment that money which went back may have come with."""

    href: str
    number: str
    reference: str
    paid_on: date
    amount: int


def waiting_context() -> dict[str, Any]:
    """Return what the list of payments to settle shows."""
    page = lists.page_number()
    states = [(state.value, gettext(bank_words.STATES[state][0])) for state in queries.WAITING]
    found, total = queries.lines_waiting(
        organisation_id=current_organisation().id, state=lists.chosen("state", LineState), page=page
    )
    return {
        "here": "payments",
        "total": total,
        "filters": [lists.filter_by("state", gettext("State"), states)],
        "is_filtered": bool(lists.kept("state")),
        "rows": [line_row(line) for line in found],
        "pages": lists.pages(total=total, page=page, size=queries.SIZE),
    }


def statements_context() -> dict[str, Any]:
    """Return what the list of statements shows."""
    page, organisation_id = lists.page_number(), current_organisation().id
    found, total = queries.statements_found(organisation_id=organisation_id, page=page)
    counted = queries.tallies(organisation_id=organisation_id, statement_ids=[one.id for one in found])
    return {
        "here": "payments",
        "rows": [(one, bank_words.format_name(one), _tally(counted, one)) for one in found],
        "pages": lists.pages(total=total, page=page, size=queries.SIZE),
    }


def statement_context(statement: BankStatement) -> dict[str, Any]:
    """Return what the page of a statement shows: where its lines stand, each with its state."""
    page, organisation_id = lists.page_number(), statement.organisation_id
    found, total = queries.lines_of(statement=statement, page=page)
    counted = queries.tallies(organisation_id=organisation_id, statement_ids=[statement.id])
    names = {member.id: member.name for member in members_of(organisation_id=organisation_id)}
    tally = _tally(counted, statement)
    return {
        "here": "payments",
        "statement": statement,
        "format": bank_words.format_name(statement),
        "by": names.get(statement.member_id or 0, ""),
        "tally": tally,
        "rows": [line_row(line) for line in found],
        "pages": lists.pages(total=total, page=page, size=queries.SIZE),
    }


def line_context(
    line: BankLine, *, sent: SettleForm | None = None, ignoring: IgnoreForm | None = None
) -> dict[str, Any]:
    """Return what the page of one payment shows; the forms only while there is something to decide."""
    is_waiting = line.state in queries.WAITING
    can_settle = is_waiting and line.amount_left > 0
    rows, amounts = _choices(line, sent) if can_settle else ([], {})
    form = sent or settle_form(
        [(row.public_id, row.number) for row in rows],
        currency=line.currency,
        amounts={row.public_id: amounts[row.id] for row in rows if row.id in amounts},
        left=line.amount_left,
    )
    label, tone = bank_words.state(line)
    return {
        "here": "payments",
        "line": line,
        "statement": queries.statement_of(line=line),
        "state": (label, tone),
        "reason": bank_words.reason(line),
        "booked": booked.booked_on(line=line),
        "went_back": _went_back(line),
        "choices": rows,
        "today": day_in(clock.now(), current_organisation().zone),
        "form": form,
        "ignoring": ignoring or IgnoreForm(formdata=None, left_before=line.amount_left),
        "can_settle": can_settle and may(current_member(), Role.AGENT),
        "can_ignore": is_waiting and may(current_member(), Role.AGENT),
        "can_undo": _can_undo(line) and may(current_member(), Role.AGENT),
        "search": lists.searched(),
    }


def _went_back(line: BankLine) -> list[CameWith]:
    """Return the payments that a line which takes money back may be about, each where it is taken back."""
    if line.amount > 0 or not line.is_reversal or line.state not in queries.WAITING:
        return []
    return [
        CameWith(
            href=url_for("desk.payments.show", public_id=one.line_public_id)
            if one.line_public_id
            else url_for("desk.invoices.show", public_id=one.invoice.public_id),
            number=one.invoice.number,
            reference=one.payment.reference,
            paid_on=one.payment.paid_on,
            amount=one.payment.amount,
        )
        for one in booked.payments_like(line=line)
    ]


def rows_named(public_ids: Mapping[str, int]) -> Sequence[InvoiceRow]:
    """Return these invoices, found by public id."""
    organisation_id = current_organisation().id
    return invoices_named(organisation_id=organisation_id, invoice_ids=public_ids.values())


def line_row(line: BankLine) -> LineRow:
    """Return a line as a list shows it."""
    label, tone = bank_words.state(line)
    return LineRow(
        href=url_for("desk.payments.show", public_id=line.public_id),
        name=line.counterparty_name or line.counterparty_iban or str(gettext("Unknown payer")),
        about=" ".join(part for part in (line.structured_reference, line.remittance) if part),
        booked_on=line.booked_on,
        amount=line.amount,
        amount_left=line.amount_left,
        currency=line.currency,
        state_label=label,
        state_tone=tone,
    )


def _choices(line: BankLine, sent: SettleForm | None) -> tuple[Sequence[InvoiceRow], Mapping[int, int]]:
    """Return the invoices that get a field: what was sent, else what is suggested and what was searched."""
    organisation_id = line.organisation_id
    if sent is not None:
        return rows_named(ids_by_public_id(organisation_id=organisation_id, public_ids=sent.public_ids)), {}
    suggested = suggestion_for(line=line)
    ids: Collection[int] = [*suggested.amounts, *suggested.beside]
    rows = list(invoices_named(organisation_id=organisation_id, invoice_ids=ids))
    if lists.searched():
        found, _ = invoices_found(
            organisation_id=organisation_id,
            today=day_in(clock.now(), current_organisation().zone),
            text=lists.searched(),
            standing=Standing.OPEN,
            size=FOUND,
        )
        rows += [row for row in found if row.id not in ids and row.currency == line.currency]
    rows.sort(key=lambda row: row.id not in suggested.amounts)
    return rows, suggested.amounts


def _can_undo(line: BankLine) -> bool:
    is_booked = line.amount_left != max(line.amount, 0)
    is_aside = line.state == LineState.IGNORED and line.ignore_reason != IgnoreReason.OUTGOING
    return is_booked or is_aside


def _tally(counted: Mapping[int, queries.Tally], statement: BankStatement) -> queries.Tally:
    return counted.get(statement.id, queries.Tally())
