"""A debtor's open invoices with what became of them, in one statement: the page that is asked for most."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, cast, exists, func, select

from core.database import Minor, db
from core.organisations.models import Creditor
from invoices.models import INVOICE_IS_OPEN, CreditNote, Invoice, Payment
from invoices.queries import is_covered
from messaging.charge_models import Charge
from messaging.charges import Asked, asked_for
from reactions.models import Action, ActionState, Reaction, ReactionInvoice, ReactionType, ReactionTypeText
from reactions.queries.several import Given, all_given, foremost


class ListedInvoice(NamedTuple):
    """An open invoice (minor units), what was paid and credited on it, and the foremost reaction to it.

    `is_exempt` says whether all that is open is left alone by dunning at the moment. From
    `reaction_public_id` to `closed_at`, everything is None when there was no reaction: `label` is what the
    debtor chose, `type_key` what the action is now. `charges` are what reminders added and is asked for
    beside the invoice; `others` are the reactions to it that are not foremost, newest first.
    """

    id: int
    public_id: str
    number: str
    invoiced_on: date
    due_on: date
    currency: str
    amount: int
    amount_open: int
    payment_reference: str
    creditor_id: int
    creditor: str
    paid: int
    paid_on: date | None
    credited: int
    is_exempt: bool
    reaction_public_id: str | None
    label: str | None
    type_key: str | None
    reacted_at: datetime | None
    answer_by: date | None
    promised_on: date | None
    state: ActionState | None
    close_reason: str | None
    answer: str | None
    closed_at: datetime | None
    charges: Sequence[Asked] = ()
    others: Sequence[Given] = ()

    @property
    def amount_asked(self) -> int:
        """What is open, with what reminders added."""
        return self.amount_open + sum(one.amount for one in self.charges)


_i, _c = Invoice.__table__.c, Creditor.__table__.c
_p, _n, _ri = Payment.__table__.c, CreditNote.__table__.c, ReactionInvoice.__table__.c
_r, _a = Reaction.__table__.c, Action.__table__.c
_t, _tt = ReactionType.__table__.c, ReactionTypeText.__table__.c
_ch = Charge.__table__.c

_IS_PART_SETTLED = _i.amount_open < _i.amount
_OF_PAYMENT = (_p.organisation_id == _i.organisation_id) & (_p.invoice_id == _i.id)
# PostgreSQL adds bigints up to a numeric.
_PAID = (
    select(cast(func.coalesce(func.sum(_p.amount), 0), Minor)).where(_OF_PAYMENT).correlate(Invoice.__table__)
)
_PAID_ON = select(func.max(_p.paid_on)).where(_OF_PAYMENT).correlate(Invoice.__table__)
_CREDITED = (
    select(cast(func.coalesce(func.sum(_n.amount), 0), Minor))
    .where(_n.organisation_id == _i.organisation_id, _n.invoice_id == _i.id)
    .correlate(Invoice.__table__)
)
_LATEST = (
    select(func.max(_ri.reaction_id))
    .where(_ri.organisation_id == _i.organisation_id, _ri.invoice_id == _i.id)
    .correlate(Invoice.__table__)
)
_HAS_EARLIER = (
    exists()
    .where(_ri.organisation_id == _i.organisation_id, _ri.invoice_id == _i.id, _ri.reaction_id < _r.id)
    .correlate(Invoice.__table__, Reaction.__table__)
)
_HAS_CHARGES = (
    exists()
    .where(_ch.organisation_id == _i.organisation_id, _ch.invoice_id == _i.id)
    .correlate(Invoice.__table__)
)
_LISTED = (
    select(
        _i.id,
        _i.public_id,
        _i.number,
        _i.invoiced_on,
        _i.due_on,
        _i.currency,
        _i.amount,
        _i.amount_open,
        _i.payment_reference,
        _i.creditor_id,
        _c.name,
        case((_IS_PART_SETTLED, _PAID.scalar_subquery()), else_=0),
        case((_IS_PART_SETTLED, _PAID_ON.scalar_subquery())),
        case((_IS_PART_SETTLED, _CREDITED.scalar_subquery()), else_=0),
        is_covered(),
        _r.public_id,
        func.coalesce(_tt.label, _r.type_label),
        _t.key,
        _r.reacted_at,
        _r.answer_by,
        _a.promised_on,
        _a.state,
        _a.close_reason,
        _a.answer,
        _a.closed_at,
        _HAS_EARLIER,
        _HAS_CHARGES,
    )
    .select_from(
        # Every invoice has a creditor; said in this way SQLite begins with the debtor's few invoices.
        Invoice.__table__.outerjoin(
            Creditor.__table__, (_c.organisation_id == _i.organisation_id) & (_c.id == _i.creditor_id)
        )
        .outerjoin(
            Reaction.__table__,
            (_r.organisation_id == _i.organisation_id) & (_r.id == _LATEST.scalar_subquery()),
        )
        .outerjoin(Action.__table__, (_a.organisation_id == _r.organisation_id) & (_a.reaction_id == _r.id))
        .outerjoin(ReactionType.__table__, (_t.organisation_id == _a.organisation_id) & (_t.id == _a.type_id))
        .outerjoin(
            ReactionTypeText.__table__,
            (_tt.organisation_id == _r.organisation_id)
            & (_tt.type_id == _r.type_id)
            & (_tt.language == bindparam("language")),
        )
    )
    .where(
        _i.organisation_id == bindparam("organisation_id"),
        _i.debtor_id == bindparam("debtor_id"),
        INVOICE_IS_OPEN,
    )
    .order_by(_i.due_on, _i.id)
)


def listed_invoices_of(*, organisation_id: int, debtor_id: int, language: str) -> Sequence[ListedInvoice]:
    """Return the debtor's open invoices by due date, with statuses; labels are in the language."""
    # Straight on the connection: the statement says itself whose rows it wants, in every part.
    rows = db.session.connection().execute(
        _LISTED, {"organisation_id": organisation_id, "debtor_id": debtor_id, "language": language}
    )
    found = rows.all()
    listed = [ListedInvoice._make((*row[:-2], (), ())) for row in found]
    # Nearly nobody has charges, and few react twice; who does is asked about in a statement of its own.
    charged = [row[0] for row in found if row[-1]]
    if charged:
        charges = asked_for(organisation_id=organisation_id, invoice_ids=charged)
        listed = [one._replace(charges=charges.get(one.id, ())) for one in listed]
    several = [row[0] for row in found if row[-2]]
    if several:
        given = all_given(organisation_id=organisation_id, invoice_ids=several, language=language)
        listed = [_with_all(one, given[one.id]) if one.id in given else one for one in listed]
    return listed


def _with_all(invoice: ListedInvoice, given: Sequence[Given]) -> ListedInvoice:
    first = foremost(given)
    return invoice._replace(**first._asdict(), others=[one for one in given if one is not first])
