"""A dunning run beside Tryton's: the same number of overdue lines, each another debtor's, in turns.

`python -m bench dunning_peer --rows 1000`. Tryton is installed into an environment of its own when it is not
there; where that cannot be, this measurement is left out.
"""

import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from bench.dunning_run import CONTACTS, NOW, carried_out, filled, in_process, sweep
from bench.peers import tryton
from bench.results import LeftOut, Result, Section, ratio
from bench.stores import kinds, server, store_of

ROUNDS = {1_000: 5, 10_000: 3}
GOAL_TIMES = 15
# On the first day each process reminds of a few lines, which are in no hurry again on the second.
FIRST, FEW = NOW - timedelta(days=10), 10
DUE_FIRST, DUE = FIRST.date() - timedelta(days=8), NOW.date() - timedelta(days=8)
METHOD = (
    "So many overdue lines, each another debtor's, in one organisation; each turn has a process and a "
    "filled database of its own on one server of PostgreSQL, and they take turns. Figures are those of "
    "the turn in the middle of {rounds}, by the clock; times are the median of each round's. Both are "
    "programs that stay: each process has reminded of {few} other lines first, which is told apart. Ours "
    "proposes, confirms and carries out as the worker does, with a second thread after the first 2,000 "
    "debtors: every debtor decided about, asked about once more, a link and a message each, committed in "
    "steps after which it may be killed. The peer is Tryton's account_dunning {version}, asked as its own "
    "server asks it, without HTTP and client: one transaction creates the dunnings and one processes "
    "them. A dunning says which level a line has reached; there is no message, no link, and what is "
    "killed begins anew. Neither sends mail, and neither waits for the disk."
)

_DEBTORS = """
    INSERT INTO debtors (organisation_id, public_id, kind, customer_number, sort_name, language, salutation,
        first_name, initials, middle_names, last_name, company_name, legal_form, vat_number, register_number,
        attention_of, street, house_number, postcode, city, country, created_at, updated_at)
    SELECT organisation_id, lpad(number::text, 12, '0'), 'person', number::text, 'visser ' || number, 'nl',
        '', 'Sanne', 'S.', '', 'Visser ' || number, '', '', '',
        '', '', 'Dorpsstraat', '1', '1234 AB', 'Utrecht', 'NL', created_at, created_at
    FROM creditors CROSS JOIN generate_series(1, {lines}) AS number
"""
_INVOICES = """
    INSERT INTO invoices (organisation_id, public_id, creditor_id, debtor_id, number, invoiced_on, due_on,
        currency, amount, amount_open, amount_settled_elsewhere, description, payment_reference, created_at,
        updated_at)
    SELECT debtors.organisation_id, debtors.public_id, creditors.id, debtors.id,
        '2026/' || debtors.customer_number, '2026-04-12',
        CASE WHEN debtors.id <= {few} THEN date '{due_first}' ELSE date '{due}' END,
        'EUR', 1000 + debtors.id * 37 % 250000, 1000 + debtors.id * 37 % 250000, 0, 'Electricity', '',
        debtors.created_at, debtors.created_at
    FROM creditors CROSS JOIN debtors
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn took: lines, seconds of the few first ones, of its parts and of CPU, and megabytes."""

    lines: int
    first: float
    parts: tuple[float, float]
    cpu: float
    megabytes: float

    @property
    def seconds(self) -> float:
        """Return how long all of it took."""
        return sum(self.parts)


def run(rows: int | None = None) -> Section:
    """Measure with so many lines, or with 1,000 and with 10,000."""
    if "postgresql" not in kinds():
        raise LeftOut("PostgreSQL was not found")
    programs = tryton.environment()
    sizes = {rows: min(ROUNDS.values())} if rows else ROUNDS
    results: list[Result] = []
    with ExitStack() as ends:
        peer = tryton.Tryton(programs, ends.enter_context(server()))
        founded = f"bench_tryton_{secrets.token_hex(4)}"
        ends.callback(peer.dropped, founded)
        peer.founded(founded)
        for lines, rounds in sizes.items():
            full = f"{founded}_{lines}"
            ends.callback(peer.dropped, full)
            peer.filled(full, template=founded, lines={DUE_FIRST: FEW, DUE: lines})
            turns = [(ours(lines), _theirs(peer, full, lines)) for _ in range(rounds)]
            results += _results(lines, [turn[0] for turn in turns], [turn[1] for turn in turns])
    return Section(
        "A dunning run beside Tryton's",
        METHOD.format(
            version=tryton.version(), few=FEW, rounds=" or ".join(str(rounds) for rounds in sizes.values())
        ),
        results,
    )


def ours(lines: int) -> Turn:
    """Propose, confirm and carry out a run over so many lines, in a database and a process of its own."""
    with store_of("postgresql") as store:
        invoices = _INVOICES.format(few=FEW, due_first=DUE_FIRST, due=DUE)
        owner_id = filled(store, (_DEBTORS.format(lines=FEW + lines), invoices, CONTACTS))
        sweep(store)
        first, took = in_process(carried_out, store, owner_id, [FIRST, NOW])
    assert (first.messages, took.messages) == (FEW, lines), (first, took)
    before = first.proposing + first.queueing
    return Turn(lines, before, (took.proposing, took.queueing), took.cpu, took.megabytes)


def _theirs(peer: tryton.Tryton, full: str, lines: int) -> Turn:
    with peer.copy_of(full) as name:
        first, took = peer.run(name, [FIRST.date(), NOW.date()])
    assert (first["lines"], took["lines"]) == (FEW, lines), (first, took)
    before = first["creating"] + first["processing"]
    return Turn(lines, before, (took["creating"], took["processing"]), took["cpu"], took["megabytes"])


def _results(lines: int, ours: list[Turn], theirs: list[Turn]) -> list[Result]:
    times = ratio([turn.seconds for turn in ours], [turn.seconds for turn in theirs])
    our, their = _middle(ours), _middle(theirs)
    less = ratio([turn.cpu for turn in ours], [turn.cpu for turn in theirs])
    return [
        Result(
            f"{lines:,} lines",
            f"{lines / our.seconds:,.0f}/s, {our.megabytes:,.0f} MB",
            peer=f"{lines / their.seconds:,.0f}/s, {their.megabytes:,.0f} MB: ours {times:.1f} x faster",
            goal=f">= {GOAL_TIMES} x the peer",
            met=times >= GOAL_TIMES,
        ),
        Result(
            f"of this the first and the second step, {lines:,} lines",
            f"{our.parts[0]:.2f} s + {our.parts[1]:.2f} s",
            peer=f"{their.parts[0]:.2f} s + {their.parts[1]:.2f} s",
        ),
        Result(
            f"before it, the process' first run over {FEW}, {lines:,} lines",
            f"{our.first:.2f} s",
            peer=f"{their.first:.2f} s",
        ),
        Result(
            f"CPU of the process a line, {lines:,} lines",
            f"{our.cpu / lines * 1000:.2f} ms",
            peer=f"{their.cpu / lines * 1000:.2f} ms: ours {less:.1f} x less",
        ),
    ]


def _middle(turns: list[Turn]) -> Turn:
    """Return the turn that took the median of all."""
    return sorted(turns, key=lambda turn: turn.seconds)[len(turns) // 2]
