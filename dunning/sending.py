"""A confirmed run carried out: notice by notice a link and one message, asked about once more before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from core.clock import day_in
from core.database import db
from core.organisations.models import Creditor, Organisation
from core.planner import look_at_growth
from dunning import adding
from dunning.billing import NO_BILL
from dunning.letters import correspondence
from dunning.models import (
    DunningNotice,
    DunningNoticeInvoice,
    DunningRun,
    DunningSkip,
    NoticeState,
)
from dunning.overdue import gate
from dunning.queries import plan_of, same
from dunning.schedule import Reason, objections_to_debtor
from invoices.models import ContactPoint, ContactState, Debtor, Invoice
from invoices.queries import WhyNot
from links.operations import Addressee, issue_all
from messaging.approaches import opening
from messaging.queueing import Draft, queue_all

NOTICES_IN_A_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Line:
    """An invoice of a notice with what a message needs of it."""

    id: int
    notice_id: int
    invoice_id: int
    stage_position: int
    event: str
    creditor_id: int


@dataclass(frozen=True, slots=True)
class _Addressed:
    """A notice with the person it goes to."""

    notice: DunningNotice
    debtor: Debtor
    contact: ContactPoint


def carry_out(*, organisation: Organisation, run: DunningRun, now: datetime, at_most: int | None) -> int:
    """Queue the messages of at most so many notices (None: of all) and return how many notices still wait.

    What is queued stands in the same transaction as its notice, so stopping in between loses and doubles
    nothing: the next call goes on.
    """
    _hold(run)
    left = at_most
    while left is None or left > 0:
        size = NOTICES_IN_A_CHUNK if left is None else min(left, NOTICES_IN_A_CHUNK)
        chunk = _next_notices(run, size)
        if not chunk:
            break
        _Chunk(organisation, run, chunk, now).send()
        look_at_growth()
        left = None if left is None else left - len(chunk)
    return _waiting(run)


class _Chunk:
    """Some notices of a run, with all that is asked about them at once."""

    def __init__(
        self, organisation: Organisation, run: DunningRun, addressed: Sequence[_Addressed], now: datetime
    ) -> None:
        self._organisation = organisation
        self._run = run
        self._addressed = addressed
        self._now = now
        self._today = day_in(now, organisation.zone)
        self._plan = plan_of(organisation=organisation, policy_id=run.policy_id)
        self._lines = _lines_of([one.notice.id for one in addressed], run.organisation_id)
        self._gate = gate(
            organisation_id=run.organisation_id,
            invoice_ids=[line.invoice_id for lines in self._lines.values() for line in lines],
        )
        self._letters = correspondence(
            organisation_id=run.organisation_id,
            zone=organisation.zone,
            debtor_ids=[one.debtor.id for one in addressed],
            contacts={},
            today=self._today,
        )
        self._creditors = _creditors_of(run.organisation_id)
        self._openings: dict[str, datetime] = {}

    def send(self) -> None:
        """Queue a message for each notice about which nothing came in between."""
        letters: list[tuple[_Addressed, Sequence[_Line]]] = []
        for one in self._addressed:
            lines = self._lines.get(one.notice.id, [])
            held = self._held_back(one)
            self._skip(one, [(line, held or self._gate[line.invoice_id]) for line in lines])
            remaining = [line for line in lines if held is None and self._gate[line.invoice_id] is None]
            if remaining:
                letters.append((one, remaining))
            else:
                one.notice.state = NoticeState.HELD_BACK
        ids = self._write(letters)
        if self._plan.adds:
            self._add(letters, ids)
        db.session.flush()

    def _held_back(self, one: _Addressed) -> WhyNot | None:
        """Return why the debtor may not be written to at all, or not at this address."""
        if one.contact.state is not ContactState.USABLE:
            return WhyNot(Reason.NO_CONTACT)
        against = objections_to_debtor(
            plan=self._plan, debtor=self._letters[one.debtor.id], today=self._today
        )
        first = next(against, None)
        return None if first is None else WhyNot(first.reason, first.detail)

    def _skip(self, one: _Addressed, answers: Iterable[tuple[_Line, WhyNot | None]]) -> None:
        for line, why_not in answers:
            if why_not is not None:
                skip(run=self._run, invoice_id=line.invoice_id, debtor_id=one.debtor.id, why_not=why_not)
                db.session.execute(
                    delete(DunningNoticeInvoice).where(
                        DunningNoticeInvoice.organisation_id == self._run.organisation_id,
                        DunningNoticeInvoice.id == line.id,
                    )
                )

    def _write(self, letters: Sequence[tuple[_Addressed, Sequence[_Line]]]) -> dict[str, int]:
        """Queue a message with a link for each of these notices, about these of its invoices.

        Return the ids of the messages by their keys.
        """
        links = issue_all(
            organisation=self._organisation,
            addressees=[Addressee(one.debtor.id, one.contact.id, one.contact.channel) for one, _ in letters],
            now=self._now,
        )
        ids = queue_all(
            organisation_id=self._run.organisation_id,
            drafts=[self._draft(one, lines, link) for (one, lines), link in zip(letters, links, strict=True)],
            now=self._now,
        )
        for one, lines in letters:
            highest = _highest(lines)
            one.notice.state, one.notice.message_id = NoticeState.QUEUED, ids[self._key(one)]
            one.notice.event, one.notice.stage_position = highest.event, highest.stage_position
        return ids

    def _draft(self, one: _Addressed, lines: Sequence[_Line], link_id: int) -> Draft:
        leaves_at = self._opening(one.debtor.country)
        return Draft(
            dedupe_key=self._key(one),
            event=_highest(lines).event,
            channel=one.contact.channel,
            language=one.debtor.language,
            recipient=one.contact.value,
            values={"creditor": self._creditor(lines)},
            debtor_id=one.debtor.id,
            contact_point_id=one.contact.id,
            link_id=link_id,
            invoice_ids=[line.invoice_id for line in lines],
            is_collection=True,
            not_before=leaves_at,
            # A reminder that could not leave for so long is proposed anew instead.
            expires_at=leaves_at + timedelta(days=self._plan.minimum_gap_days),
        )

    def _add(self, letters: Sequence[tuple[_Addressed, Sequence[_Line]]], ids: Mapping[str, int]) -> None:
        """Store what the queued messages add to their invoices."""
        added = adding.added_to(
            organisation=self._organisation,
            plan=self._plan,
            going={one.debtor.id: lines for one, lines in letters},
            contacts={one.debtor.id: one.contact for one, _ in letters},
            today=self._today,
        )
        for one, lines in letters:
            adding.store(
                organisation_id=self._run.organisation_id,
                message_id=ids[self._key(one)],
                going=lines,
                bill=added.get(one.debtor.id, NO_BILL),
                now=self._now,
            )

    def _key(self, one: _Addressed) -> str:
        return f"dunning:{self._run.id}:{one.debtor.id}"

    def _opening(self, country: str) -> datetime:
        if country not in self._openings:
            self._openings[country] = opening(organisation=self._organisation, country=country, at=self._now)
        return self._openings[country]

    def _creditor(self, lines: Sequence[_Line]) -> str:
        """Return in whose name the invoices are; nothing when that is the organisation itself."""
        names = dict.fromkeys(self._creditors[line.creditor_id] for line in lines)
        return ", ".join(name for name in names if name != self._organisation.name)


def _highest(lines: Sequence[_Line]) -> _Line:
    """Return the line whose stage the message has."""
    return max(lines, key=lambda line: line.stage_position)


def skip(*, run: DunningRun, invoice_id: int, debtor_id: int, why_not: WhyNot) -> None:
    """Note that an invoice of the run is left alone after all."""
    db.session.add(
        DunningSkip(
            organisation_id=run.organisation_id,
            run_id=run.id,
            invoice_id=invoice_id,
            debtor_id=debtor_id,
            reason=why_not.reason,
            detail=why_not.detail,
        )
    )


def _hold(run: DunningRun) -> None:
    """Wait for anybody else who carries this run out; what they queued is seen afterwards."""
    db.session.execute(
        select(DunningRun.id)
        .where(DunningRun.organisation_id == run.organisation_id, DunningRun.id == run.id)
        .with_for_update()
    )


def _next_notices(run: DunningRun, size: int) -> list[_Addressed]:
    """Return the next notices to write, their debtors held so that no other run writes to them meanwhile."""
    rows = db.session.execute(
        select(DunningNotice, Debtor, ContactPoint)
        .join(Debtor, same(Debtor, DunningNotice, "debtor_id"))
        .join(ContactPoint, same(ContactPoint, DunningNotice, "contact_point_id"))
        .where(
            DunningNotice.organisation_id == run.organisation_id,
            DunningNotice.run_id == run.id,
            DunningNotice.state == NoticeState.PROPOSED,
        )
        .order_by(Debtor.id)
        .limit(size)
        .with_for_update(of=Debtor, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [_Addressed(*row) for row in rows]


def _lines_of(notice_ids: Sequence[int], organisation_id: int) -> dict[int, list[_Line]]:
    rows = db.session.execute(
        select(
            DunningNoticeInvoice.id,
            DunningNoticeInvoice.notice_id,
            DunningNoticeInvoice.invoice_id,
            DunningNoticeInvoice.stage_position,
            DunningNoticeInvoice.event,
            Invoice.creditor_id,
        )
        .join(Invoice, same(Invoice, DunningNoticeInvoice, "invoice_id"))
        .where(
            DunningNoticeInvoice.organisation_id == organisation_id,
            DunningNoticeInvoice.notice_id.in_(notice_ids),
        )
        .order_by(Invoice.due_on, Invoice.id)
    )
    lines: dict[int, list[_Line]] = defaultdict(list)
    for row in rows:
        line = _Line(*row)
        lines[line.notice_id].append(line)
    return lines


def _creditors_of(organisation_id: int) -> dict[int, str]:
    rows = select(Creditor.id, Creditor.name).where(Creditor.organisation_id == organisation_id)
    return dict(db.session.execute(rows).all())


def _waiting(run: DunningRun) -> int:
    return (
        db.session.scalar(
            select(func.count(DunningNotice.id)).where(
                DunningNotice.organisation_id == run.organisation_id,
                DunningNotice.run_id == run.id,
                DunningNotice.state == NoticeState.PROPOSED,
            )
        )
        or 0
    )
