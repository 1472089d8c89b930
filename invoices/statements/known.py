"""Which lines of a file earlier statements brought already, and which only look as if they had."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import select

from core.database import db
from invoices.statements.models import BankLine, BankStatement
from invoices.statements.queries import in_pieces
from invoices.statements.shapes import Line, Statement
from invoices.statements.twins import Twins

# An account has few statements a day; a file that claims thousands is not followed through all of them.
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Span:
    """What one statement is about: its number, its days, and its balances in minor units if it has any."""

    account: str
    number: str
    begins_on: date
    ends_on: date
    opening: int | None
    closing: int | None

    def is_same_as(self, other: "Span") -> bool:
        """Return whether both go by the same number and days."""
        return self.number == other.number and self.days == other.days

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last one."""
        return self.begins_on, self.ends_on


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to store. One that `may_be_known` is like a line of an earlier file, and yet apart from it."""

    line: Line
    fingerprint: str
    occurrence: int
    may_be_known: bool = False


def new_lines(*, organisation_id: int, statements: Sequence[Statement]) -> list[list[NewLine]]:
    """Return for each statement those of its lines that are to be stored.

    A line is known when an earlier file brought it as often as this one does. Banks that number their lines
    leave no doubt. Of the others, an equal one in a statement that is apart from the earlier one's may be a
    second payment of the same amount on the same day: it is stored for a person to look at. So is one that
    another file may have brought, see `invoices.statements.twins`.
    """
    numbered = [
        (
            statement,
            _span(statement),
            [(line, _fingerprint(statement.account, line)) for line in statement.lines],
        )
        for statement in statements
    ]
    wanted = {fingerprint for _, _, lines in numbered for _, fingerprint in lines}
    earlier = _Earlier(organisation_id, wanted, [span for _, span, _ in numbered])
    twins = Twins(organisation_id=organisation_id, statements=statements)
    return [list(earlier.without_known(span, lines, twins)) for _, span, lines in numbered]


class _Earlier:
    """What earlier files brought, and how often each line came in this file by now."""

    def __init__(self, organisation_id: int, fingerprints: Collection[str], spans: Sequence[Span]) -> None:
        self._before = _spans_of_lines(organisation_id, fingerprints)
        self._beside = _Neighbours([*spans, *_spans_beside(organisation_id, spans if self._before else ())])
        self._stored = Counter({each: before.total() for each, before in self._before.items()})
        self._in_file: Counter[str] = Counter()

    def without_known(self, span: Span, lines: Sequence[tuple[Line, str]], twins: Twins) -> Iterator[NewLine]:
        """Yield the lines of one statement that are to be stored."""
        known = {each: self._not_apart(span, each) for _, each in lines}
        in_statement: Counter[str] = Counter()
        for line, fingerprint in lines:
            self._in_file[fingerprint] += 1
            in_statement[fingerprint] += 1
            is_twin = twins.has_one_of(span.account, line)
            looks_known = self._in_file[fingerprint] <= self._before[fingerprint].total()
            if looks_known and (line.bank_reference or in_statement[fingerprint] <= known[fingerprint]):
                continue
            self._stored[fingerprint] += 1
            yield NewLine(line, fingerprint, self._stored[fingerprint], may_be_known=looks_known or is_twin)

    def _not_apart(self, span: Span, fingerprint: str) -> int:
        """Return how often earlier statements that may hold the very same line brought it."""
        before = self._before[fingerprint].items()
        return sum(times for one, times in before if not self._beside.are_apart(span, one))


class _Neighbours:
    """Statements of accounts that lie side by side: where one's closing balance is another's opening one."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._closing: dict[tuple[str, int | None], list[Span]] = defaultdict(list)
        for span in dict.fromkeys(spans):
            self._closing[span.account, span.closing].append(span)

    def are_apart(self, one: Span, other: Span) -> bool:
        """Return whether two statements cannot hold the same line.

        Either one follows on the other, perhaps with some between; or both are about the same days and have
        no balance in common, as when the one between is not here yet. Of a table nothing tells: it overlaps.
        """
        if one.is_same_as(other) or one.opening is None or other.opening is None:
            return False
        are_beside = one.days == other.days
        share_none = one.opening != other.opening and one.closing != other.closing
        return self._follows(one, other) or self._follows(other, one) or (are_beside and share_none)

    def _follows(self, later: Span, earlier: Span) -> bool:
        seen, next_ones = {later}, [later]
        while next_ones and len(seen) < MOST_STEPS:
            here = next_ones.pop()
            before = [each for each in self._closing[here.account, here.opening] if each not in seen]
            if earlier in before:
                return True
            seen.update(before)
            next_ones.extend(before)
        return False


def _spans_of_lines(organisation_id: int, fingerprints: Collection[str]) -> defaultdict[str, Counter[Span]]:
    """Return the statements that brought each of these lines, and how often they did."""
    found: defaultdict[str, Counter[Span]] = defaultdict(Counter)
    for some in in_pieces(fingerprints):
        wanted = (
            select(BankLine.fingerprint, BankStatement)
            .join(BankStatement, BankStatement.id == BankLine.statement_id)
            .where(BankLine.organisation_id == organisation_id, BankLine.fingerprint.in_(some))
        )
        for fingerprint, statement in db.session.execute(wanted):
            found[fingerprint][_span_stored(statement)] += 1
    return found


def _spans_beside(organisation_id: int, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the stored statements of these accounts that are about one of these days or more."""
    wanted = select(BankStatement).where(
        BankStatement.organisation_id == organisation_id,
        BankStatement.account.in_({span.account for span in spans}),
        BankStatement.begins_on <= max((span.ends_on for span in spans), default=date.min),
        BankStatement.ends_on >= min((span.begins_on for span in spans), default=date.max),
    )
    return map(_span_stored, db.session.scalars(wanted))


def _span_stored(one: BankStatement) -> Span:
    return Span(one.account, one.number, one.begins_on, one.ends_on, one.amount_opening, one.amount_closing)


def _span(one: Statement) -> Span:
    return Span(one.account, one.number, one.begins_on, one.ends_on, one.opening, one.closing)


def _fingerprint(account: str, line: Line) -> str:
    said = (
        account, line.booked_on.isoformat(), str(line.amount), line.currency, line.iban, line.name,
        line.reference, line.remittance, line.end_to_end_id, line.bank_reference,
    )  # fmt: skip
    return sha256("\0".join(said).encode()).hexdigest()
