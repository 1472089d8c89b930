"""What the law wants said, filled in when a message leaves: sums, terms and numbers of that moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from core.database import db
from core.law.collecting import collection_charges, in_currency
from core.law.holidays import is_holiday
from core.law.interest import first_interest_day
from core.law.rows import LawSilent
from core.law.terms import Term, Way, term
from core.money import Money
from core.organisations.models import Creditor
from invoices.models import Invoice
from invoices.queries import covered_by, exemptions_in_force
from messaging import legal_words, wording
from messaging.legal import Ground


@dataclass(frozen=True, slots=True)
class Account:
    """Whose bank account it is, its IBAN and BIC as stored."""

    name: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice with what is asked for, its creditor, and how that is paid."""

    number: str
    description: str
    due_on: date
    open: Money
    creditor: str
    company_number: str
    payment_reference: str = ""
    account: Account | None = None
    adds_vat_from: date | None = None


def owed_on(*, organisation_id: int, invoice_ids: Sequence[int]) -> list[Owed]:
    """Return the invoices, the oldest first, with what is open on them and not exempted."""
    held = exemptions_in_force(organisation_id=organisation_id, invoice_ids=invoice_ids)
    rows = db.session.execute(
        select(Invoice, Creditor)
        .join(
            Creditor,
            (Creditor.organisation_id == Invoice.organisation_id) & (Creditor.id == Invoice.creditor_id),
        )
        .where(Invoice.organisation_id == organisation_id, Invoice.id.in_(invoice_ids))
        .order_by(Invoice.due_on, Invoice.id)
    )
    owed = []
    for invoice, creditor in rows:
        left = Money(max(invoice.amount_open - covered_by(held.get(invoice.id, ())), 0), invoice.currency)
        owed.append(
            Owed(
                invoice.number,
                invoice.description,
                invoice.due_on,
                left,
                creditor.name,
                creditor.company_number,
                invoice.payment_reference,
                Account(creditor.account_name or creditor.name, creditor.iban, creditor.bic),
                creditor.adds_vat_from,
            )
        )
    return owed


def values_of(
    *, ground: Ground, owed: Sequence[Owed], language: str, way: Way = Way.ELECTRONIC
) -> dict[str, str]:
    """Return the values of the law's placeholders in this language; what nobody knows is empty.

    `way` is how the message travels: a term by letter begins later.
    """
    until = _term(ground, way)
    totals = totals_of(owed)
    return {
        "amount_open": " + ".join(legal_words.money(one, language=language) for one in totals),
        "invoice_list": "\n".join(_line(one, language) for one in owed),
        "creditor_name": _joined(one.creditor for one in owed),
        # One creditor without a number would leave the mention half done.
        "creditor_number": _joined(one.company_number for one in owed)
        if all(one.company_number for one in owed)
        else "",
        "payment_term": _term_words(ground, until, way, language),
        "cost_after_term": _cost(ground, until, owed, language),
        "interest": _interest(ground, until, owed, language),
        "objection": legal_words.objection(language=language),
        "complaints_board": _board(ground),
    }


def totals_of(owed: Sequence[Owed]) -> list[Money]:
    """Return what is open together, one sum for each currency."""
    totals: dict[str, Money] = {}
    for one in owed:
        currency = one.open.currency
        totals[currency] = totals.get(currency, Money(0, currency)) + one.open
    return list(totals.values())


def _line(one: Owed, language: str) -> str:
    return legal_words.invoice_line(
        number=one.number,
        description=one.description,
        due=wording.day(one.due_on, language=language, short=False),
        amount=one.open,
        language=language,
    )


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _term(ground: Ground, way: Way) -> Term | None:
    try:
        return term(
            book=ground.book,
            country=ground.country,
            segment=ground.segment,
            way=way,
            sent_on=ground.on,
            is_holiday=lambda day: is_holiday(book=ground.book, country=ground.country, day=day),
        )
    except LawSilent:
        return None


def _term_words(ground: Ground, until: Term | None, way: Way, language: str) -> str:
    if until is None:
        return ""
    row = ground.row("term", channel=way.value)
    days = row.whole("days")
    if row.text("counted_from") == "receipt":
        return legal_words.term_after_receipt(days, language=language)
    day = wording.day(until.ends_on, language=language, short=False)
    return legal_words.term_until(days, day, language=language)


def _cost(ground: Ground, until: Term | None, owed: Sequence[Owed], language: str) -> str:
    """Return what may be added after the term; nothing when sums of two currencies would be mixed."""
    totals = totals_of(owed)
    if len(totals) != 1:
        return ""
    found = in_currency(
        collection_charges(
            book=ground.book,
            country=ground.country,
            segment=ground.segment,
            on=until.first_cost_on if until else ground.on,
            principals=[one.open.amount for one in owed],
            due_on=owed[0].due_on,
            # Costs of several creditors are computed together: one who can reclaim VAT asks for none.
            adds_vat=all(one.adds_vat_from is not None and ground.on >= one.adds_vat_from for one in owed),
        ),
        totals[0].currency,
    )
    if found is None:
        return ""
    amount = legal_words.money(found[1].money, language=language)
    return legal_words.with_vat(amount, language=language) if found[1].includes_vat else amount


def _interest(ground: Ground, until: Term | None, owed: Sequence[Owed], language: str) -> str:
    row = ground.find("interest")
    first = first_interest_day(
        book=ground.book,
        country=ground.country,
        segment=ground.segment,
        due_on=min((one.due_on for one in owed), default=ground.on - timedelta(days=1)),
        reminded_on=ground.on,
        first_cost_on=until.first_cost_on if until else None,
    )
    if row is None or first is None:
        return ""
    day = wording.day(first, language=language, short=False)
    return legal_words.interest(row.number("percent"), day, language=language)


def _board(ground: Ground) -> str:
    row = ground.find("complaints_board")
    return row.text("name") if row else ""
