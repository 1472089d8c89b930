"""A confirmed run carried out: notice by notice a link and one message, asked about once more before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from core.bulk import among, change_all, store_all
from core.clock import day_in
from core.database import db
from core.organisations.models import Creditor, Organisation
from dunning import adding
from dunning.billing import NO_BILL
from dunning.last_look import LastLook, top_of
from dunning.models import (
    DunningNotice,
    DunningNoticeInvoice,
    DunningRun,
    DunningSkip,
    NoticeState,
)
from dunning.notices import (
    Addressed,
    NoticeLine,
    addresses_of,
    lines_of,
    next_notices,
    note_amounts,
    waiting,
)
from dunning.queries import plan_of
from invoices.queries import WhyNot
from links.operations import Addressee, issue_all
from messaging.approaches import opening
from messaging.letter_batches import batch_about, batch_for, close
from messaging.queueing import Draft, queue_all

NOTICES_IN_A_CHUNK = 2_000


def carry_out(
    *, organisation: Organisation, run: DunningRun, now: datetime, at_most: int | None, waits: bool = True
) -> int:
    """Queue the messages of at most so many notices (None: of all) and return how many notices still wait.

    What is queued stands in the same transaction as its notice, so stopping in between loses and doubles
    nothing: the next call goes on. Several may work on one run at once, each on notices of its own. Only at
    the end they take turns: the last one finds that nothing waits, and finishes the run. With `waits` who
    finds only notices of others waits for them.
    """
    left, has_some = at_most, False
    while left is None or left > 0:
        size = NOTICES_IN_A_CHUNK if left is None else min(left, NOTICES_IN_A_CHUNK)
        # Whoever has queued something here waits for nobody, who might wait for that.
        chunk = next_notices(run, size, waits=waits and not has_some)
        if chunk:
            _Chunk(organisation, run, chunk, now).send()
            has_some = True
        if len(chunk) < size:
            break
        left = None if left is None else left - size
    _hold(run)
    left_over = waiting(run)
    if not left_over:
        _finish(run, now)
    return left_over


def letters_about(run: DunningRun) -> str:
    """Return what the batch of a run's letters is about."""
    return f"dunning:{run.id}"


@dataclass(frozen=True, slots=True)
class _Letter:
    """A notice that becomes a message, with those of its invoices that are left, and the highest of them."""

    to: Addressed
    lines: Sequence[NoticeLine]
    top: NoticeLine
    key: str


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
        self._lines = lines_of([one.id for one in addressed], run.organisation_id)
        self._addresses = addresses_of(addressed, organisation=organisation)
        self._look = LastLook(
            organisation=organisation,
            policy_id=run.policy_id,
            plan=self._plan,
            notices=addressed,
            lines=self._lines,
            addresses=self._addresses,
            today=self._today,
        )
        self._creditors = _creditors_of(run.organisation_id)
        self._openings: dict[str, datetime] = {}
        self._batch: int | None = None

    def send(self) -> None:
        """Queue a message for each notice about which nothing came in between."""
        letters: list[_Letter] = []
        left_alone: list[tuple[Addressed, NoticeLine, WhyNot]] = []
        for one in self._addressed:
            answers = self._look.at(one)
            left_alone += [(one, line, why_not) for line, why_not in answers if why_not is not None]
            remaining = [line for line, why_not in answers if why_not is None]
            if remaining:
                key = f"dunning:{self._run.id}:{one.debtor_id}"
                letters.append(_Letter(one, remaining, top_of(remaining), key))
        self._leave_alone(left_alone)
        ids = self._write(letters)
        self._settle(letters, ids)
        note_amounts(
            organisation_id=self._run.organisation_id,
            lines=[line for one in letters if one.top.begins_term for line in one.lines],
        )
        if self._plan.adds:
            self._add(letters, ids)

    def _leave_alone(self, lines: Sequence[tuple[Addressed, NoticeLine, WhyNot]]) -> None:
        """Note that these invoices of the run are left alone after all."""
        if not lines:
            return
        store_all(
            DunningSkip,
            [
                {
                    "invoice_id": line.invoice_id,
                    "debtor_id": one.debtor_id,
                    "reason": why_not.reason,
                    "detail": why_not.detail,
                }
                for one, line, why_not in lines
            ],
            organisation_id=self._run.organisation_id,
            same={"run_id": self._run.id},
        )
        db.session.execute(
            delete(DunningNoticeInvoice)
            .where(
                DunningNoticeInvoice.organisation_id == self._run.organisation_id,
                among(DunningNoticeInvoice.id, [line.id for _, line, _ in lines]),
            )
            .execution_options(synchronize_session=False)
        )

    def _write(self, letters: Sequence[_Letter]) -> dict[str, int]:
        """Queue these messages, each with a link, and return their ids by their keys.

        None is there yet: a notice waits only until its message is, and the run is held.
        """
        links = issue_all(
            organisation=self._organisation,
            addressees=[
                Addressee(one.to.debtor_id, one.to.contact_point_id, one.to.channel) for one in letters
            ],
            now=self._now,
        )
        return queue_all(
            organisation_id=self._run.organisation_id,
            drafts=[self._draft(one, link) for one, link in zip(letters, links, strict=True)],
            now=self._now,
        )

    def _settle(self, letters: Sequence[_Letter], ids: Mapping[str, int]) -> None:
        """Store with each notice what became of it."""
        queued = {
            one.to.id: {
                "state": NoticeState.QUEUED,
                "message_id": ids[one.key],
                "event": one.top.event,
                "stage_position": one.top.stage_position,
            }
            for one in letters
        }
        change_all(
            DunningNotice,
            [{"id": one.id, **queued.get(one.id, _held(one))} for one in self._addressed],
            organisation_id=self._run.organisation_id,
        )

    def _draft(self, one: _Letter, link_id: int) -> Draft:
        to, leaves_at = one.to, self._leaves_at(one.to)
        return Draft(
            dedupe_key=one.key,
            event=one.top.event,
            channel=to.channel,
            language=to.language,
            recipient=self._recipient(to),
            values={"creditor": self._creditor(one.lines)},
            debtor_id=to.debtor_id,
            contact_point_id=to.contact_point_id,
            link_id=link_id,
            letter_batch_id=None if to.contact_point_id else self._batch_id(),
            invoice_ids=[line.invoice_id for line in one.lines],
            behind_ids=[
                line.invoice_id for line in one.lines if line.stage_position < one.top.stage_position
            ],
            is_collection=True,
            not_before=leaves_at,
            # A reminder that could not leave for so long is proposed anew instead.
            expires_at=leaves_at + timedelta(days=self._plan.minimum_gap_days),
        )

    def _add(self, letters: Sequence[_Letter], ids: Mapping[str, int]) -> None:
        """Store what the queued messages add to their invoices."""
        added = adding.added_to(
            organisation=self._organisation,
            plan=self._plan,
            going={one.to.debtor_id: one.lines for one in letters},
            channels={one.to.debtor_id: one.to.channel for one in letters},
            today=self._today,
        )
        adding.store(
            organisation_id=self._run.organisation_id,
            messages=[(ids[one.key], one.lines, added.get(one.to.debtor_id, NO_BILL)) for one in letters],
            now=self._now,
        )

    def _leaves_at(self, one: Addressed) -> datetime:
        """Return from when it may leave: a letter knows no hours, because nobody hears it come."""
        if one.contact_point_id is None:
            return self._now
        country = one.country
        if country not in self._openings:
            self._openings[country] = opening(organisation=self._organisation, country=country, at=self._now)
        return self._openings[country]

    def _recipient(self, one: Addressed) -> str:
        if one.contact_value is not None:
            return one.contact_value
        address = self._addresses[one.debtor_id]
        return address.in_short if address else ""

    def _batch_id(self) -> int:
        if self._batch is None:
            owner_id, about = self._run.organisation_id, letters_about(self._run)
            if batch_about(organisation_id=owner_id, about=about) is None:
                _hold(self._run)
            self._batch = batch_for(organisation_id=owner_id, about=about, now=self._now).id
        return self._batch

    def _creditor(self, lines: Sequence[NoticeLine]) -> str:
        """Return in whose name the invoices are; nothing when that is the organisation itself."""
        names = dict.fromkeys(self._creditors[line.creditor_id] for line in lines)
        return ", ".join(name for name in names if name != self._organisation.name)


def _held(one: Addressed) -> dict[str, Any]:
    return {
        "state": NoticeState.HELD_BACK,
        "message_id": None,
        "event": one.event,
        "stage_position": one.stage_position,
    }


def _hold(run: DunningRun) -> None:
    """Let only one at a time end a step of this run; what those before queued is seen afterwards.

    Rows that name the run may still be written meanwhile.
    """
    db.session.refresh(run, with_for_update={"key_share": True})


def _finish(run: DunningRun, now: datetime) -> None:
    """Note that nothing of the run is left to queue, and let its letters be printed."""
    if run.finished_at is None:
        run.finished_at = now
        db.session.flush()
        close(organisation_id=run.organisation_id, about=letters_about(run))


def _creditors_of(organisation_id: int) -> dict[int, str]:
    rows = select(Creditor.id, Creditor.name).where(Creditor.organisation_id == organisation_id)
    return dict(db.session.execute(rows).all())
