"""A debtor's reaction stored: the answer, its action, the exemptions and the receipt, all or nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core import audit
from core.clock import day_in
from core.database import db
from core.identifiers import reference as new_reference
from core.members.models import Member
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.models import INVOICE_IS_OPEN, Debtor, Invoice
from invoices.queries import lock_invoices
from reactions import working_days
from reactions.field_kinds.fields import Circumstances
from reactions.field_kinds.table import read_all
from reactions.forwarding.queueing import set_going
from reactions.models import Action, Reaction, ReactionInvoice
from reactions.operations import exempting, letters
from reactions.promises import grace_ends
from reactions.queries.offered import OfferedType, offered_type

LONGEST_KEY = 43
TRIES = 5
# Each reaction may cost a paid SMS and a member's time: whoever holds a link cannot send them without end.
MOST_IN_A_DAY = 20
DAY = timedelta(hours=24)


class NothingChosen(Refusal):
    """A reaction is about at least one invoice."""

    sentence = N_("Choose at least one invoice.")


class InvoiceNotOpen(Refusal):
    """One of the invoices is settled, or not there, or somebody else's: the visitor is told the same."""

    sentence = N_("One of these invoices is no longer open. Please choose from your invoices again.")
    status = 404


class FormUnusable(Refusal):
    """The form's own number is missing or was used by somebody else."""

    sentence = N_("This form no longer works. Please start your reaction again.")


class TooManyReactions(Refusal):
    """More reactions of one debtor in a day than somebody means."""

    sentence = N_(
        "You sent us %(most)s reactions in the past 24 hours, and we read them all. "
        "Please wait until tomorrow with the next one."
    )
    status = 429


class Owed(Protocol):
    """Anything with a currency and an open amount in minor units."""

    @property
    def currency(self) -> str: ...

    @property
    def amount_open(self) -> int: ...


@dataclass(frozen=True, slots=True)
class _Given:
    """All that a form brought, checked."""

    type: OfferedType
    invoices: Sequence[Invoice]
    answers: list[dict[str, Any]]
    today: date
    country: str

    def set_by(self, what: str) -> date | None:
        """Return the day that the question with this `sets` was answered with."""
        keys = {field.key for field in self.type.fields if field.options.get("sets") == what}
        days = (answer["value"] for answer in self.answers if answer["key"] in keys)
        return next((date.fromisoformat(day) for day in days), None)

    @property
    def answer_by(self) -> date | None:
        """The day by which an answer is promised, if one is."""
        days = self.type.review_days
        return working_days.after(self.today, days) if days else None


def submit(
    *,
    organisation_id: int,
    debtor_id: int,
    visit_id: int | None,
    type_key: str,
    invoice_ids: Collection[int],
    answers: Mapping[str, str],
    submission_key: str,
    language: str,
    now: datetime,
) -> Reaction:
    """Store a reaction and all it sets off, and return it; the same `submission_key` again returns the same.

    `answers` are form values by field key (`<key>`, and for days `<key>-day`, `<key>-month`, `<key>-year`);
    what belongs to no visible field of this type is ignored. Raises FormUnusable, TypeNotOffered,
    NothingChosen, InvoiceNotOpen, AnswersRefused, TooManyReactions.
    """
    before = _known(organisation_id, debtor_id, submission_key)
    if before is not None:
        return before
    given = _checked(organisation_id, debtor_id, type_key, invoice_ids, answers, language, now)
    _not_too_many(organisation_id, debtor_id, submission_key, now)
    reaction = Reaction(
        organisation_id=organisation_id,
        submission_key=submission_key,
        debtor_id=debtor_id,
        visit_id=visit_id,
        type_id=given.type.id,
        language=language,
        type_label=given.type.label,
        answers=given.answers,
        answer_by=given.answer_by,
        reacted_at=now,
    )
    stored = _stored(reaction)
    if stored is not reaction:
        return stored
    _set_off(reaction, given, now)
    return reaction


def _known(organisation_id: int, debtor_id: int, submission_key: str) -> Reaction | None:
    if not 0 < len(submission_key) <= LONGEST_KEY or not submission_key.isascii() or "\0" in submission_key:
        raise FormUnusable
    found = db.session.scalar(
        select(Reaction).where(
            Reaction.organisation_id == organisation_id, Reaction.submission_key == submission_key
        )
    )
    if found is not None and found.debtor_id != debtor_id:
        raise FormUnusable
    return found


def _not_too_many(organisation_id: int, debtor_id: int, submission_key: str, now: datetime) -> None:
    """Refuse one reaction too many; the same form sent a second time at this moment is not another one."""
    lately = select(func.count(Reaction.id)).where(
        Reaction.organisation_id == organisation_id,
        Reaction.debtor_id == debtor_id,
        Reaction.reacted_at > now - DAY,
        Reaction.submission_key != submission_key,
    )
    if (db.session.scalar(lately) or 0) >= MOST_IN_A_DAY:
        raise TooManyReactions(most=MOST_IN_A_DAY)


def _checked(
    organisation_id: int,
    debtor_id: int,
    type_key: str,
    invoice_ids: Collection[int],
    form: Mapping[str, str],
    language: str,
    now: datetime,
) -> _Given:
    zone, country = db.session.execute(
        select(Organisation.zone, Organisation.country).where(Organisation.id == organisation_id)
    ).one()
    kind = db.session.scalars(
        select(Debtor.kind).where(Debtor.organisation_id == organisation_id, Debtor.id == debtor_id)
    ).one()
    type_ = offered_type(organisation_id=organisation_id, debtor_kind=kind, language=language, key=type_key)
    invoices = _open_invoices(organisation_id, debtor_id, invoice_ids)
    today = day_in(now, zone)
    around = circumstances(invoices=invoices, today=today, language=language, promise_days=type_.promise_days)
    answers = read_all(form, type_.fields, around)
    return _Given(type=type_, invoices=invoices, answers=answers, today=today, country=country)


def circumstances(
    *, invoices: Sequence[Owed], today: date, language: str, promise_days: int
) -> Circumstances:
    """Return what questions about these invoices depend on; a page that draws them needs the same."""
    open_amounts: dict[str, int] = {}
    for invoice in invoices:
        open_amounts[invoice.currency] = open_amounts.get(invoice.currency, 0) + invoice.amount_open
    return Circumstances(today=today, language=language, open_amounts=open_amounts, promise_days=promise_days)


def _open_invoices(organisation_id: int, debtor_id: int, invoice_ids: Collection[int]) -> Sequence[Invoice]:
    wanted = set(invoice_ids)
    if not wanted:
        raise NothingChosen
    lock_invoices(organisation_id=organisation_id, invoice_ids=wanted)
    found = db.session.scalars(
        select(Invoice)
        .where(
            Invoice.organisation_id == organisation_id,
            Invoice.debtor_id == debtor_id,
            Invoice.id.in_(wanted),
            INVOICE_IS_OPEN,
        )
        .order_by(Invoice.due_on, Invoice.id)
        .execution_options(populate_existing=True)
    ).all()
    if len(found) != len(wanted):
        raise InvoiceNotOpen
    return found


def _stored(reaction: Reaction) -> Reaction:
    """Insert the reaction, or return the one with the same submission key that got in first.

    A reference may by chance be taken: then the next one is tried.
    """
    for _ in range(TRIES):
        try:
            with db.session.begin_nested():
                db.session.add(reaction)
        except IntegrityError:
            first = _known(reaction.organisation_id, reaction.debtor_id, reaction.submission_key)
            if first is not None:
                return first
            reaction.reference = new_reference()
        else:
            return reaction
    raise FormUnusable


def _set_off(reaction: Reaction, given: _Given, now: datetime) -> None:
    for invoice in given.invoices:
        db.session.add(
            ReactionInvoice(
                organisation_id=reaction.organisation_id,
                reaction_id=reaction.id,
                invoice_id=invoice.id,
                amount_open=invoice.amount_open,
            )
        )
    action = _action_of(reaction, given, now)
    db.session.add(action)
    db.session.flush()
    exempt = exempting.hold_off(action, type_key=given.type.key, now=now)
    audit.record(
        organisation_id=reaction.organisation_id,
        what="reaction.submitted",
        about="action",
        about_id=action.id,
        now=now,
        by_debtor=True,
        debtor_id=reaction.debtor_id,
        details={
            "reference": reaction.reference,
            "type": given.type.key,
            "invoices": [invoice.number for invoice in given.invoices],
            "exempt": [invoice.number for invoice in exempt],
        },
    )
    letters.say_received(reaction, paused=[invoice.number for invoice in exempt], now=now)
    set_going(reaction, now=now)
    db.session.flush()


def _action_of(reaction: Reaction, given: _Given, now: datetime) -> Action:
    promised_on, looked_at_on = given.set_by("promised_on"), given.set_by("review_on")
    named = promised_on or looked_at_on
    # After the day somebody named, money and decisions are given some more days to arrive.
    asked_on = grace_ends(day=named, country=given.country) if named else None
    return Action(
        organisation_id=reaction.organisation_id,
        reaction_id=reaction.id,
        type_id=given.type.id,
        debtor_id=reaction.debtor_id,
        assignee_id=_still_here(reaction.organisation_id, given.type.assignee_id),
        exempts=given.type.exempts,
        promised_on=promised_on,
        review_on=exempting.review_day(answer_by=given.answer_by, asked_on=asked_on),
        created_at=now,
    )


def _still_here(organisation_id: int, assignee_id: int | None) -> int | None:
    """Return whom the type gives its actions to, or nobody when they can no longer sign in."""
    if assignee_id is None:
        return None
    return db.session.scalar(
        select(Member.id).where(
            Member.organisation_id == organisation_id, Member.id == assignee_id, Member.active
        )
    )
