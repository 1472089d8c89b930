"""A debtor's reminders on paper, as if every message arrived and nobody paid or reacted. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.law.collecting import ONCE
from core.law.terms import Way
from dunning.bills import Account, Bill, Law, Letter
from dunning.charging import bill
from dunning.given_terms import free_until
from dunning.named_costs import Named, NamedBy
from dunning.schedule import Correspondence, Plan, Reason, Stage, Standing, decide_together, goes_by_letter

SATURDAY = 5
# Their detail is the day from which they are no reason any more; every other reason stays.
PASSING = (Reason.NOT_DUE_YET, Reason.TERM_RUNNING, Reason.GAP, Reason.WEEK_FULL, Reason.PAUSED)
# They are no reason any more once the message of that day has left.
NEXT_TIME = (Reason.NOTICE_WAITS, Reason.MESSAGE_FULL)


@dataclass(frozen=True, slots=True)
class PaperMessage:
    """A message that would go out: its day, its highest stage, and what it adds by currency."""

    day: date
    position: int
    added: Counter[str]


@dataclass(slots=True)
class PaperInvoice:
    """An invoice on paper; without `account` the plan adds nothing."""

    standing: Standing
    account: Account | None


class Life:
    """What a debtor gets from a plan."""

    def __init__(
        self,
        *,
        plan: Plan,
        law: Law,
        debtor: Correspondence,
        invoices: Sequence[PaperInvoice],
        named_by: NamedBy,
        is_said: Callable[[Stage], bool],
    ) -> None:
        self._plan, self._law, self._debtor = plan, law, debtor
        self._invoices = list(invoices)
        self._named_by = dict(named_by)
        self._is_said = is_said

    def messages(self, *, today: date, last: date) -> Iterator[PaperMessage]:
        """Yield the messages from today up to and with the last day, with a run on every working day."""
        if self._debtor.is_waiting:
            self._written(today)
        day: date | None = working_day(today)
        while day is not None and day <= last:
            taken, then = self._one_day(day)
            if taken:
                yield self._message(taken, day)
            day = None if then is None else working_day(then)

    def _one_day(self, day: date) -> tuple[list[tuple[Stage, PaperInvoice]], date | None]:
        """Return the invoices that go out, and the next day to look at; keep those that stay in play."""
        taken, staying, next_days = [], [], []
        decisions = decide_together(
            plan=self._plan,
            invoices=[invoice.standing for invoice in self._invoices],
            debtor=self._debtor,
            today=day,
        )
        for invoice, decision in zip(self._invoices, decisions, strict=True):
            if decision.stage is not None:
                taken.append((decision.stage, invoice))
            if decision.stage is not None or decision.reason in NEXT_TIME:
                staying.append(invoice)
                next_days.append(day + timedelta(days=1))
            elif decision.reason in PASSING:
                staying.append(invoice)
                next_days.append(date.fromisoformat(decision.detail))
        self._invoices = staying
        return taken, min(next_days, default=None)

    def _message(self, taken: Sequence[tuple[Stage, PaperInvoice]], day: date) -> PaperMessage:
        highest = max((stage for stage, _ in taken), key=lambda stage: stage.position)
        items = [(stage, one.account) for stage, one in taken if one.account is not None]
        added = self._bill(items, highest, day) if items else Bill()
        # Messages on paper have ids that no stored one has.
        message_id = -1 - len(self._named_by)
        for stage, invoice in taken:
            self._after(invoice, stage, highest, added, day, message_id)
        self._name(message_id, [invoice.account for _, invoice in taken if invoice.account is not None])
        self._written(day)
        sums: Counter[str] = Counter()
        for line in added.lines:
            sums[line.currency] += line.amount
        return PaperMessage(day, highest.position, sums)

    def _bill(self, items: Sequence[tuple[Stage, Account]], highest: Stage, day: date) -> Bill:
        """Return what the message adds, and keep that it was asked."""
        added = bill(
            law=self._law,
            items=items,
            named_by=self._named_by,
            today=day,
            is_said=self._is_said(highest),
        )
        asked = Counter({one.invoice_id: one.amount for one in added.lines if one.kind in ONCE})
        self._named_by = {
            message_id: [replace(one, asked=one.asked + asked[one.invoice_id]) for one in named]
            for message_id, named in self._named_by.items()
        }
        return added

    def _name(self, message_id: int, accounts: Sequence[Account]) -> None:
        """Keep what a message is about, for the cost that it names."""
        self._named_by[message_id] = [
            Named(
                one.invoice_id,
                one.due_on,
                one.amount,
                one.currency,
                one.adds_vat_from,
                sum(amount for kind, amount in one.asked.items() if kind in ONCE),
            )
            for one in accounts
        ]

    def _after(
        self, invoice: PaperInvoice, stage: Stage, highest: Stage, added: Bill, day: date, message_id: int
    ) -> None:
        """Let the invoice stand as it does once the message has arrived."""
        amount = invoice.standing.amount
        on_paper = goes_by_letter(stage=highest, channels=self._debtor.channels)
        way = Way.LETTER if on_paper else Way.ELECTRONIC
        letter = Letter(message_id, stage.position, day, None, way, highest.begins_term, amount)
        ends = [free_until(law=self._law, letters=[letter]), invoice.standing.free_until]
        invoice.standing = replace(
            invoice.standing,
            reached=stage.position,
            reached_on=day,
            free_until=max((end for end in ends if end is not None), default=None),
        )
        if invoice.account is not None:
            invoice.account = _asked(invoice.account, letter, added)

    def _written(self, day: date) -> None:
        debtor = self._debtor
        self._debtor = replace(debtor, is_waiting=False, written_on=day, lately=(day, *debtor.lately))


def working_day(day: date) -> date:
    """Return the day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


def _asked(account: Account, letter: Letter, added: Bill) -> Account:
    asked = Counter(account.asked)
    for line in added.of(account.invoice_id).lines:
        asked[line.kind] += line.amount
    return replace(
        account,
        letters=(*account.letters, letter),
        asked=dict(asked),
        fees=account.fees + added.has_fee,
    )
