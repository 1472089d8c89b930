"""A confirmed run carried out: notice by notice a link and one message, asked about once more before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from core.clock import day_in
from core.database import db
from core.organisations.models import Creditor, Organisation
from core.planner import look_at_growth
from dunning import adding
from dunning.billing import NO_BILL
from dunning.letters import correspondence
from dunning.models import (
    DunningNoticeInvoice,
    DunningRun,
    DunningSkip,
    NoticeState,
)
from dunning.notices import Addressed, NoticeLine, highest, lines_of, next_notices, waiting
from dunning.overdue import gate
from dunning.queries import plan_of
from dunning.schedule import Reason, objections_to_debtor
from invoices.models import ContactState, Debtor
from invoices.postal import PostalAddress, postal_address
from invoices.queries import WhyNot
from links.operations import Addressee, issue_all
from messaging.approaches import opening
from messaging.letter_batches import batch_for, close
from messaging.queueing import Draft, queue_all

NOTICES_IN_A_CHUNK = 500


def carry_out(*, organisation: Organisation, run: DunningRun, now: datetime, at_most: int | None) -> int:
    """Queue the messages of at most so many notices (None: of all) and return how many notices still wait.

    What is queued stands in the same transaction as its notice, so stopping in between loses and doubles
    nothing: the next call goes on.
    """
    _hold(run)
    left = at_most
    while left is None or left > 0:
        size = NOTICES_IN_A_CHUNK if left is None else min(left, NOTICES_IN_A_CHUNK)
        chunk = next_notices(run, size)
        if not chunk:
            break
        _Chunk(organisation, run, chunk, now).send()
        look_at_growth()
        left = None if left is None else left - len(chunk)
    left_over = waiting(run)
    if not left_over:
        close(organisation_id=run.organisation_id, about=letters_about(run))
    return left_over


def letters_about(run: DunningRun) -> str:
    """Return what the batch of a run's letters is about."""
    return f"dunning:{run.id}"


class _Chunk:
    """Some notices of a run, with all that is asked about them at once."""

    def __init__(
        self, organisation: Organisation, run: DunningRun, addressed: Sequence[Addressed], now: datetime
    ) -> None:
        self._organisation = organisation
        self._run = run
        self._addressed = addressed
        self._now = now
        self._today = day_in(now, organisation.zone)
        self._plan = plan_of(organisation=organisation, policy_id=run.policy_id)
        self._lines = lines_of([one.notice.id for one in addressed], run.organisation_id)
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
        self._batch: int | None = None

    def send(self) -> None:
        """Queue a message for each notice about which nothing came in between."""
        letters: list[tuple[Addressed, Sequence[NoticeLine]]] = []
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

    def _held_back(self, one: Addressed) -> WhyNot | None:
        """Return why the debtor may not be written to at all, or not at this address."""
        if not self._is_reachable(one):
            return WhyNot(Reason.NO_CONTACT)
        against = objections_to_debtor(
            plan=self._plan, debtor=self._letters[one.debtor.id], today=self._today
        )
        first = next(against, None)
        return None if first is None else WhyNot(first.reason, first.detail)

    def _is_reachable(self, one: Addressed) -> bool:
        if one.contact is None:
            return self._address_of(one.debtor) is not None
        return one.contact.state is ContactState.USABLE

    def _address_of(self, debtor: Debtor) -> PostalAddress | None:
        return postal_address(debtor=debtor, home=self._organisation.country)

    def _skip(self, one: Addressed, answers: Iterable[tuple[NoticeLine, WhyNot | None]]) -> None:
        for line, why_not in answers:
            if why_not is not None:
                skip(run=self._run, invoice_id=line.invoice_id, debtor_id=one.debtor.id, why_not=why_not)
                db.session.execute(
                    delete(DunningNoticeInvoice).where(
                        DunningNoticeInvoice.organisation_id == self._run.organisation_id,
                        DunningNoticeInvoice.id == line.id,
                    )
                )

    def _write(self, letters: Sequence[tuple[Addressed, Sequence[NoticeLine]]]) -> dict[str, int]:
        """Queue a message with a link for each of these notices, about these of its invoices.

        Return the ids of the messages by their keys.
        """
        links = issue_all(
            organisation=self._organisation,
            addressees=[Addressee(one.debtor.id, one.contact_point_id, one.channel) for one, _ in letters],
            now=self._now,
        )
        ids = queue_all(
            organisation_id=self._run.organisation_id,
            drafts=[self._draft(one, lines, link) for (one, lines), link in zip(letters, links, strict=True)],
            now=self._now,
        )
        for one, lines in letters:
            top = highest(lines)
            one.notice.state, one.notice.message_id = NoticeState.QUEUED, ids[self._key(one)]
            one.notice.event, one.notice.stage_position = top.event, top.stage_position
        return ids

    def _draft(self, one: Addressed, lines: Sequence[NoticeLine], link_id: int) -> Draft:
        leaves_at = self._leaves_at(one)
        return Draft(
            dedupe_key=self._key(one),
            event=highest(lines).event,
            channel=one.channel,
            language=one.debtor.language,
            recipient=self._recipient(one),
            values={"creditor": self._creditor(lines)},
            debtor_id=one.debtor.id,
            contact_point_id=one.contact_point_id,
            link_id=link_id,
            letter_batch_id=None if one.contact else self._batch_id(),
            invoice_ids=[line.invoice_id for line in lines],
            is_collection=True,
            not_before=leaves_at,
            # A reminder that could not leave for so long is proposed anew instead.
            expires_at=leaves_at + timedelta(days=self._plan.minimum_gap_days),
        )

    def _add(self, letters: Sequence[tuple[Addressed, Sequence[NoticeLine]]], ids: Mapping[str, int]) -> None:
        """Store what the queued messages add to their invoices."""
        added = adding.added_to(
            organisation=self._organisation,
            plan=self._plan,
            going={one.debtor.id: lines for one, lines in letters},
            channels={one.debtor.id: one.channel for one, _ in letters},
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

    def _key(self, one: Addressed) -> str:
        return f"dunning:{self._run.id}:{one.debtor.id}"

    def _leaves_at(self, one: Addressed) -> datetime:
        """Return from when it may leave: a letter knows no hours, because nobody hears it come."""
        if one.contact is None:
            return self._now
        country = one.debtor.country
        if country not in self._openings:
            self._openings[country] = opening(organisation=self._organisation, country=country, at=self._now)
        return self._openings[country]

    def _recipient(self, one: Addressed) -> str:
        if one.contact is not None:
            return one.contact.value
        address = self._address_of(one.debtor)
        return address.in_short if address else ""

    def _batch_id(self) -> int:
        if self._batch is None:
            about = letters_about(self._run)
            self._batch = batch_for(organisation_id=self._run.organisation_id, about=about, now=self._now).id
        return self._batch

    def _creditor(self, lines: Sequence[NoticeLine]) -> str:
        """Return in whose name the invoices are; nothing when that is the organisation itself."""
        names = dict.fromkeys(self._creditors[line.creditor_id] for line in lines)
        return ", ".join(name for name in names if name != self._organisation.name)


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


def _creditors_of(organisation_id: int) -> dict[int, str]:
    rows = select(Creditor.id, Creditor.name).where(Creditor.organisation_id == organisation_id)
    return dict(db.session.execute(rows).all())
