"""A dunning run beside Tryton's: the same number of overdue lines of as many debtors, in turns.

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

# Lines in all and of each debtor, and how often. A message is about all lines of a debtor: one each is the
# hardest for us, and two about what the run over a million has.
WORK = ((1_000, 1, 5), (1_000, 2, 5), (10_000, 1, 3))
GOAL_TIMES = 15
# On the first day each process reminds of a few lines, which are in no hurry again on the second.
FIRST, FEW = NOW - timedelta(days=10), 10
DUE_FIRST, DUE = FIRST.date() - timedelta(days=8), NOW.date() - timedelta(days=8)
METHOD = (
    "So many overdue lines of so many debtors in one organisation; each turn has a process and a filled "
    "database of its own on one server of PostgreSQL, and they take turns. Figures are those of the turn "
    "in the middle of {rounds}, by the clock; how many times we are faster is the median of what each "
    "round came to, so it need not be the quotient of the figures beside it. Both are programs that stay:"
    " each process has reminded {few} other debtors first, which is told apart. Ours proposes, confirms "
    "and carries out as the worker does, with a second thread where more than 500 messages wait: every "
    "debtor decided about, asked about once more, a link and a message each, committed in steps after "
    "which it may be killed. The peer is Tryton's account_dunning {version}, asked as its own server asks"
    " it, without HTTP and client: one transaction creates the dunnings and one processes them. A dunning"
    " says which level a line has reached; there is no message, no link, and what is killed begins anew. "
    "Neither sends mail, and neither waits for the disk. CPU is that of the two processes: PostgreSQL's "
    "own is in neither."
)

_DEBTORS = """
    INSERT INTO debtors (organisation_id, public_id, kind, customer_number, sort_name, language, salutation,
        first_name, initials, middle_names, last_name, company_name, legal_form, vat_number, register_number,
        attention_of, street, house_number, postcode, city, country, created_at, updated_at)
    SELECT organisation_id, lpad(number::text, 12, '0'), 'person', number::text, 'visser ' || number, 'nl',
        '', 'Sanne', 'S.', '', 'Visser ' || number, '', '', '',
        '', '', 'Dorpsstraat', '1', '1234 AB', 'Utrecht', 'NL', created_at, created_at
    FROM creditors CROSS JOIN generate_series(1, {debtors}) AS number
"""
_INVOICES = """
    INSERT INTO invoices (organisation_id, public_id, creditor_id, debtor_id, number, invoiced_on, due_on,
        currency, amount, amount_open, amount_settled_elsewhere, description, payment_reference, created_at,
        updated_at)
    SELECT debtors.organisation_id, lpad((debtors.id * 10 + number)::text, 12, '0'), creditors.id, debtors.id,
        '2026/' || debtors.customer_number || '-' || number, '2026-04-12',
        CASE WHEN debtors.id <= {few} THEN date '{due_first}' ELSE date '{due}' END,
        'EUR', 1000 + debtors.id * 37 % 250000, 1000 + debtors.id * 37 % 250000, 0, 'Electricity', '',
        debtors.created_at, debtors.created_at
    FROM creditors CROSS JOIN debtors CROSS JOIN generate_series(1, {each}) AS number
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
    """Measure with so many lines, one of each debtor, or with all that `WORK` names."""
    if "postgresql" not in kinds():
        raise LeftOut("PostgreSQL was not found")
    programs = tryton.environment()
    work = ((rows, 1, 3),) if rows else WORK
    results: list[Result] = []
    with ExitStack() as ends:
        peer = tryton.Tryton(programs, ends.enter_context(server()))
        founded = f"bench_tryton_{secrets.token_hex(4)}"
        ends.callback(peer.dropped, founded)
        peer.founded(founded)
        for lines, each, rounds in work:
            full = f"{founded}_{lines}_{each}"
            ends.callback(peer.dropped, full)
            peer.filled(full, template=founded, each=each, lines={DUE_FIRST: FEW * each, DUE: lines})
            turns = [(ours(lines, each), _theirs(peer, full, lines, each)) for _ in range(rounds)]
            what = f"{lines:,} lines of {lines // each:,} debtors"
            results += _results(what, lines, [turn[0] for turn in turns], [turn[1] for turn in turns])
    rounds_made = " or ".join(str(rounds) for rounds in dict.fromkeys(one[2] for one in work))
    return Section(
        "A dunning run beside Tryton's",
        METHOD.format(version=tryton.version(), few=FEW, rounds=rounds_made),
        results,
    )


def ours(lines: int, each: int = 1) -> Turn:
    """Propose, confirm and carry out a run over so many lines, in a database and a process of its own."""
    debtors = lines // each
    with store_of("postgresql") as store:
        invoices = _INVOICES.format(few=FEW, due_first=DUE_FIRST, due=DUE, each=each)
        owner_id = filled(store, (_DEBTORS.format(debtors=FEW + debtors), invoices, CONTACTS))
        sweep(store)
        first, took = in_process(carried_out, store, owner_id, [FIRST, NOW])
    assert (first.messages, took.messages) == (FEW, debtors), (first, took)
    before = first.proposing + first.queueing
    return Turn(lines, before, (took.proposing, took.queueing), took.cpu, took.megabytes)


def _theirs(peer: tryton.Tryton, full: str, lines: int, each: int) -> Turn:
    with peer.copy_of(full) as name:
        first, took = peer.run(name, [FIRST.date(), NOW.date()])
    assert (first["lines"], took["lines"]) == (FEW * each, lines), (first, took)
    before = first["creating"] + first["processing"]
    return Turn(lines, before, (took["creating"], took["processing"]), took["cpu"], took["megabytes"])


def _results(what: str, lines: int, ours: list[Turn], theirs: list[Turn]) -> list[Result]:
    times = ratio([turn.seconds for turn in ours], [turn.seconds for turn in theirs])
    our, their = _middle(ours), _middle(theirs)
    less = ratio([turn.cpu for turn in ours], [turn.cpu for turn in theirs])
    return [
        Result(
            what,
            f"{lines / our.seconds:,.0f}/s, {our.megabytes:,.0f} MB",
            peer=f"{lines / their.seconds:,.0f}/s, {their.megabytes:,.0f} MB: ours {times:.1f} x faster",
            goal=f">= {GOAL_TIMES} x the peer",
            met=times >= GOAL_TIMES,
        ),
        Result(
            f"of this the first and the second step, {what}",
            f"{our.parts[0]:.2f} s + {our.parts[1]:.2f} s",
            peer=f"{their.parts[0]:.2f} s + {their.parts[1]:.2f} s",
        ),
        Result(
            f"before it, the process' first run over {FEW} debtors, {what}",
            f"{our.first:.2f} s",
            peer=f"{their.first:.2f} s",
        ),
        Result(
            f"CPU of the process a line, {what}",
            f"{our.cpu / lines * 1000:.2f} ms",
            peer=f"{their.cpu / lines * 1000:.2f} ms: ours {less:.1f} x less",
        ),
    ]


def _middle(turns: list[Turn]) -> Turn:
    """Return the turn that took the median of all."""
    return sorted(turns, key=lambda turn: turn.seconds)[len(turns) // 2]
