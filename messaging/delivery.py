"""The outbox carried out: claim, render, ask the gate, hand over, keep what came of it.

This job opens its own transactions, short ones: none is held while a provider is spoken to. `handing` is
committed, together with the gate's answer, just before the provider gets the message; whatever breaks before
was certainly not sent, whatever breaks after is doubtful and is shown to a person, unless the journal knows.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Self

import structlog
from sqlalchemy.exc import OperationalError

from core import tenancy
from core.refusals import Refusal
from core.transaction import DatabaseBusy, reading, writing
from invoices.models import Channel
from messaging import claims, senders, turns
from messaging.claims import Claim
from messaging.doubt import settle_lost
from messaging.gate import may_leave
from messaging.journal import Journal, Taken
from messaging.link_text import LinksOf
from messaging.mail import Mailbox
from messaging.models import MessageState
from messaging.providers.outcomes import Patient, Provider, Sent
from messaging.rates import Rates
from messaging.return_path import ReturnPath
from messaging.settlement import (
    LIVELY,
    Attempt,
    Settled,
    give_back,
    keep,
    keep_broken,
    keep_taken,
    settle,
    settle_taken,
)
from messaging.writing import Attempted, Pen, Written

log = structlog.get_logger()
BATCH = 50
# A round on a slow line ends after this, so that whoever asks for a link meanwhile waits no longer.
ROUND = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Carriers:
    """The ways out that this worker has; a channel without one waits."""

    mail: Callable[[], Provider[Any]] | None
    sms: Callable[[], Provider[Any]] | None
    sender: Mailbox
    journal: Journal
    rates: Rates = field(default_factory=Rates)
    sms_per_minute: int = 0
    return_path: ReturnPath | None = None

    def only(self, channel: Channel) -> Self:
        """Return these without the way out of any other channel."""
        mail, sms = (self.of(one) if one is channel else None for one in (Channel.EMAIL, Channel.SMS))
        return replace(self, mail=mail, sms=sms)

    def of(self, channel: Channel) -> Callable[[], Provider[Any]] | None:
        """Return what opens the way for a channel."""
        return {Channel.EMAIL: self.mail, Channel.SMS: self.sms}.get(channel)


@dataclass(slots=True)
class Delivered:
    """What one round did: how many messages came to which outcome."""

    outcomes: dict[str, int] = field(default_factory=dict)
    claimed: int = 0

    def count(self, outcome: str) -> None:
        """Add one."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    @property
    def total(self) -> int:
        """How many messages were tried."""
        return sum(self.outcomes.values())


def deliver_due(
    *,
    carriers: Carriers,
    links_of: LinksOf,
    clock: Callable[[], datetime],
    worker: str,
    limit: int = BATCH,
    ending: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Carry out what is due, at most `limit` messages of each channel, and say what came of them.

    Once `ending` says so, the message in hand is finished and the others go back to the queue.
    """
    done = Delivered()
    # At one moment, so that nothing is given up whose journal was not read.
    now = clock()
    settle_taken(carriers.journal, worker=worker, now=now)
    with tenancy.everywhere(), writing():
        settle_lost(now=now)
    for channel in (Channel.EMAIL, Channel.SMS):
        opened = carriers.of(channel)
        if opened is None or ending():
            continue
        rates = carriers.rates if channel is Channel.EMAIL else Rates()
        turn = _Round(carriers, links_of, clock, ending)
        pace = carriers.sms_per_minute if channel is Channel.SMS else 0
        with tenancy.everywhere(), writing():
            if senders.room(channel=channel, per_minute=pace, now=clock()) == 0:
                continue
            suspect = claims.claim_suspect(channel=channel, owner=worker, now=clock())
        turn.carry(suspect, opened, done)
        with tenancy.everywhere(), writing():
            now, room = clock(), senders.room(channel=channel, per_minute=pace, now=clock())
            fitting = limit if room is None else min(limit, room)
            held = turns.claim_in_turn(channel=channel, owner=worker, limit=fitting, rates=rates, now=now)
            senders.spend(channel=channel, per_minute=pace, messages=len(held), now=now)
        turn.carry(held, opened, done)
    return done


@dataclass(slots=True)
class _Round:
    """What one worker needs to carry out the messages it holds of one channel.

    That a message was taken is stored together with the `handing` of the next one, in one transaction
    instead of two; until then the journal knows it. When the next one takes its time, it is stored alone.
    """

    carriers: Carriers
    links_of: LinksOf
    clock: Callable[[], datetime]
    ending: Callable[[], bool]
    _rest: Sequence[Claim] = ()
    _in_hand: Claim | None = None
    _over: datetime = field(init=False)
    _renewed_at: datetime = field(init=False)
    _taken: tuple[Attempt, Sent, datetime] | None = None

    def carry(self, held: Sequence[Claim], opened: Callable[[], Provider[Any]], done: Delivered) -> None:
        """Hand over one after the other; when the channel has to rest, give the remaining ones back."""
        if not held:
            return
        done.claimed += len(held)
        self._renewed_at = self.clock()
        written = self._written(held)
        self._rest, self._over, told = held, self.clock() + ROUND, False
        with opened() as provider, closing(self):
            if isinstance(provider, Patient):
                provider.tell_of_waiting(self._live_on)
            while self._rest:
                claim, self._rest = self._rest[0], self._rest[1:]
                self._in_hand = claim
                with tenancy.scope(claim.organisation_id):
                    settled = self._deliver(Attempt(claim, self.clock()), written[claim.id], provider)
                self._in_hand = None
                done.count(settled.outcome)
                if settled.outcome == MessageState.SENT and not told:
                    with writing():
                        senders.recovered(channel=claim.channel)
                    told = True
                if settled.rest is not None:
                    self._give_back_rest(until=self.clock() + settled.rest)
                elif self._is_over():
                    self._give_back_rest()

    def _is_over(self) -> bool:
        return self.ending() or self.clock() >= self._over

    def _give_back_rest(self, until: datetime | None = None) -> None:
        if self._rest:
            give_back(self._rest, until=until)
            self._rest = ()

    def _live_on(self) -> None:
        """Keep what is in hand and let go of the others, while a provider takes its time.

        A worker that nobody hears of for as long as a lease is taken for dead.
        """
        now = self.clock()
        try:
            if self._taken is not None and now >= self._taken[2] + LIVELY:
                self.close()
            if self._rest and self._is_over():
                self._give_back_rest()
            if self._in_hand is not None and now >= self._renewed_at + claims.RENEWED_AFTER:
                self._renew(self._in_hand, now)
        except (OperationalError, DatabaseBusy) as error:
            # What the provider says is still worth hearing.
            log.warning("lease not renewed", reason=type(error).__name__)

    def _renew(self, claim: Claim, now: datetime) -> None:
        with tenancy.scope(claim.organisation_id), writing():
            claims.renew(claim, now=now)
        self._renewed_at = now

    def close(self) -> None:
        """Store that the last message was taken, if there is no other to store it with."""
        if self._taken is None:
            return
        (attempt, sent, at), self._taken = self._taken, None
        try:
            with tenancy.scope(attempt.claim.organisation_id), writing():
                keep_taken(attempt, sent, at)
        except (OperationalError, DatabaseBusy):
            self._taken = attempt, sent, at
            raise

    def _written(self, held: Sequence[Claim]) -> dict[int, Attempted | Exception]:
        """Return each of these messages as it leaves, by its id, or why it does not."""
        written: dict[int, Attempted | Exception] = {}
        for organisation_id, of_one in groupby(sorted(held, key=_owner), key=_owner):
            with tenancy.scope(organisation_id):
                written |= self._written_together(list(of_one))
        return written

    def _written_together(self, held: Sequence[Claim]) -> Mapping[int, Attempted | Exception]:
        pen = Pen(self.carriers.sender, self.carriers.return_path, self.links_of)
        try:
            with reading():
                return pen.write(held, self.clock())
        except (OperationalError, DatabaseBusy):
            # The database is away, which says nothing about these messages: their leases end by themselves.
            raise
        except Exception as error:  # noqa: BLE001  it is told when its message has its turn
            if len(held) == 1:
                return {held[0].id: error}
            # One of them is broken. Each by itself, so that the others leave.
            return {claim.id: self._written_together([claim])[claim.id] for claim in held}

    def _deliver(self, attempt: Attempt, written: Attempted | Exception, provider: Provider[Any]) -> Settled:
        if isinstance(written, str):
            return keep(attempt, MessageState.SUPPRESSED, written)
        if isinstance(written, Refusal):
            return keep(attempt, MessageState.FAILED, "not_rendered", words=str(written))
        if isinstance(written, Exception):
            return self._broken(attempt, written)
        try:
            outcome = provider.hand_over(
                written.rendered.outgoing, before_handing=lambda: self._may_leave(attempt.claim, written)
            )
        except (OperationalError, DatabaseBusy):
            raise
        except Exception as error:  # noqa: BLE001  it is logged there, and the others leave
            return self._broken(attempt, error)
        now = self.clock()
        if not isinstance(outcome, Sent):
            return settle(attempt, outcome, now)
        taken = Taken(written.message.public_id, attempt.claim.attempt, outcome.provider_id, now)
        self.carriers.journal.note(attempt.claim.owner, taken)
        self._taken = attempt, outcome, now
        return Settled(MessageState.SENT.value)

    def _broken(self, attempt: Attempt, error: Exception) -> Settled:
        log.error("message broken", id=attempt.claim.id, exc_info=error)
        self.close()
        return keep_broken(attempt, error, self.clock())

    def _may_leave(self, claim: Claim, written: Written) -> bool:
        if self._taken is not None and self._taken[0].claim.organisation_id != claim.organisation_id:
            self.close()
        with writing():
            # The gate first: it may wait for an invoice, and meanwhile nobody waits for the message before.
            leaves = may_leave(claim, written, self.links_of, self.clock())
            if self._taken is not None:
                keep_taken(*self._taken)
        self._taken = None
        return leaves


def _owner(claim: Claim) -> int:
    return claim.organisation_id
