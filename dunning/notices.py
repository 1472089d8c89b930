"""The notices of a run that are still to be written, with whom they go to and what they are about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Integer, bindparam, func, select

from core import prepared
from core.bulk import among, among_given, change_all
from core.database import db
from core.organisations.models import Organisation
from dunning.models import DunningNotice, DunningNoticeInvoice, DunningRun, NoticeState
from dunning.queries import same
from invoices.models import Channel, ContactPoint, ContactState, Debtor, Invoice
from invoices.postal import PostalAddress, postal_address
from invoices.queries import Standing, covered_by, exemptions_in_force
from messaging.legal import BEGINS_TERM

# So many seconds whoever holds notices, debtors or the run is waited for; a step takes less than one.
PATIENCE = 10


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """An invoice of a notice with what a message needs of it."""

    id: int
    notice_id: int
    invoice_id: int
    stage_position: int
    event: str
    creditor_id: int
    due_on: date
    amount_open: int
    withdrawn_at: datetime | None

    @property
    def begins_term(self) -> bool:
        """Whether its own text begins a term in law."""
        return self.event in BEGINS_TERM

    @property
    def as_it_stands(self) -> Standing:
        """What the gate asks about its invoice."""
        return Standing(self.invoice_id, self.amount_open, self.withdrawn_at)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A notice with the debtor and where its message goes: a contact point, or without one a letter."""

    id: int
    event: str
    stage_position: int
    debtor_id: int
    language: str
    country: str
    contact_point_id: int | None
    contact_channel: Channel | None
    contact_state: ContactState | None
    contact_value: str | None

    @property
    def channel(self) -> Channel:
        """The channel of its message."""
        return self.contact_channel or Channel.LETTER


def next_notices(run: DunningRun, size: int, *, waits: bool) -> list[Addressed]:
    """Take the next notices to write, their debtors held so that no other run writes to them meanwhile.

    Those that somebody else has taken are passed over. When they are all that is left, with `waits` it waits
    until they are written, or takes over those of somebody who died. The transaction ends as
    DatabaseBusy when something is held for longer than `PATIENCE`.
    """
    _wait_no_longer_than(PATIENCE)
    taken = _claimed(run, size, passes_over=True)
    if not taken and waits:
        taken = _claimed(run, size, passes_over=False)
    if not taken:
        return []
    prepared.ask(_HELD, organisation_id=run.organisation_id, ids=taken.values())
    # Asked once all is held: what changed while it was waited for is seen.
    rows = prepared.ask(_ADDRESSED, organisation_id=run.organisation_id, ids=taken)
    return [Addressed(*row) for row in rows]


_WAITING = (
    DunningNotice.organisation_id == bindparam("of_organisation"),
    DunningNotice.run_id == bindparam("run_id"),
    DunningNotice.state == NoticeState.PROPOSED,
)
_NUMBER_WAITING = select(func.count(DunningNotice.id)).where(*_WAITING)
_NEXT = (
    select(DunningNotice.id, DunningNotice.debtor_id)
    .where(*_WAITING)
    .order_by(DunningNotice.debtor_id)
    .limit(bindparam("size", type_=Integer()))
)
# The one passes over what somebody holds, the other waits for it.
_TAKEN = {True: _NEXT.with_for_update(skip_locked=True), False: _NEXT.with_for_update()}
_HELD = (
    select(Debtor.id)
    .where(Debtor.organisation_id == bindparam("of_organisation"), among_given(Debtor.id))
    .order_by(Debtor.id)
    .with_for_update(key_share=True)
)
_ADDRESSED = (
    select(
        DunningNotice.id,
        DunningNotice.event,
        DunningNotice.stage_position,
        Debtor.id,
        Debtor.language,
        Debtor.country,
        ContactPoint.id,
        ContactPoint.channel,
        ContactPoint.state,
        ContactPoint.value,
    )
    .join(Debtor, same(Debtor, DunningNotice, "debtor_id"))
    .outerjoin(ContactPoint, same(ContactPoint, DunningNotice, "contact_point_id"))
    .where(DunningNotice.organisation_id == bindparam("of_organisation"), among_given(DunningNotice.id))
    .order_by(DunningNotice.debtor_id)
)
_LINES = (
    select(
        DunningNoticeInvoice.id,
        DunningNoticeInvoice.notice_id,
        DunningNoticeInvoice.invoice_id,
        DunningNoticeInvoice.stage_position,
        DunningNoticeInvoice.event,
        Invoice.creditor_id,
        Invoice.due_on,
        Invoice.amount_open,
        Invoice.withdrawn_at,
    )
    .join(Invoice, same(Invoice, DunningNoticeInvoice, "invoice_id"))
    .where(
        DunningNoticeInvoice.organisation_id == bindparam("of_organisation"),
        among_given(DunningNoticeInvoice.notice_id),
    )
    .order_by(Invoice.due_on, Invoice.id)
)


def _claimed(run: DunningRun, size: int, *, passes_over: bool) -> dict[int, int]:
    """Take notices, and return whose they are."""
    rows = prepared.ask(_TAKEN[passes_over], organisation_id=run.organisation_id, run_id=run.id, size=size)
    return dict(rows.all())


def _wait_no_longer_than(seconds: int) -> None:
    """Let each lock of this transaction be waited for so long from now on; SQLite has only its writer's."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(select(func.set_config("lock_timeout", f"{seconds}s", True)))


def addresses_of(
    notices: Sequence[Addressed], *, organisation: Organisation
) -> dict[int, PostalAddress | None]:
    """Return where the letters among these notices go, by debtor; None while something lacks."""
    letters = [one.debtor_id for one in notices if one.contact_point_id is None]
    if not letters:
        return {}
    debtors = db.session.scalars(
        select(Debtor)
        .where(Debtor.organisation_id == organisation.id, among(Debtor.id, letters))
        .execution_options(populate_existing=True)
    )
    return {one.id: postal_address(debtor=one, home=organisation.country) for one in debtors}


def lines_of(notice_ids: Sequence[int], organisation_id: int) -> dict[int, list[NoticeLine]]:
    """Return the invoices of each of these notices, those that were due first coming first."""
    rows = prepared.ask(_LINES, organisation_id=organisation_id, ids=notice_ids)
    lines: dict[int, list[NoticeLine]] = defaultdict(list)
    for row in rows:
        line = NoticeLine(*row)
        lines[line.notice_id].append(line)
    return lines


def waiting(run: DunningRun) -> int:
    """Return how many notices of the run are still to be written."""
    found = prepared.ask(_NUMBER_WAITING, organisation_id=run.organisation_id, run_id=run.id)
    return int(found.scalar_one())


def note_amounts(*, organisation_id: int, lines: Sequence[NoticeLine]) -> None:
    """Keep what is open now on the invoices of reminders with a term: their cost is named over that, and a
    part may have been paid since the proposal."""
    ids = [line.invoice_id for line in lines]
    if not ids:
        return
    held = exemptions_in_force(organisation_id=organisation_id, invoice_ids=ids)
    found = db.session.execute(
        select(Invoice.id, Invoice.amount_open).where(
            Invoice.organisation_id == organisation_id, among(Invoice.id, ids)
        )
    )
    left = {one: amount - covered_by(held.get(one, ())) for one, amount in found}
    rows = [{"id": line.id, "amount": left[line.invoice_id]} for line in lines if left[line.invoice_id] > 0]
    change_all(DunningNoticeInvoice, rows, organisation_id=organisation_id)
