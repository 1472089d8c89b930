"""Statement files made to harm: refused by name, in bounded time and memory, whatever their size promises."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from core.apart import MEGABYTE, Allowance, TooMuchWork
from core.refusals import Refusal
from invoices.statements import reading_apart, refusals
from invoices.statements.bank_files import MOST_BYTES
from invoices.statements.camt import MOST_ELEMENTS
from invoices.statements.reading import read_statements
from invoices.statements.reading_apart import read_statements_apart
from invoices.statements.room import MOST_LINES, MOST_STATEMENTS
from invoices.statements.swift import MOST_OF_A_LINE
from tests.invoices.statements.made import Paid, camt, coda, mt940
from tests.invoices.statements.made_to_harm import (
    AFTER,
    BEFORE,
    LINE,
    camt_around,
    camt_entries,
    camt_entry_told_last,
    camt_with,
    camt_with_attributes,
    coda_of,
    coda_repeating,
    move,
    mt940_of,
)
from tests.steps import steps_of

TODAY = date(2026, 11, 18)
# Quadratic work on ten megabytes takes hours, a tree of all their elements three hundred megabytes and more.
LITTLE = Allowance(cpu_seconds=30, memory=256 * MEGABYTE, written=16 * MEGABYTE)
ROOM = MOST_BYTES - 2_000


def filled(part: str) -> str:
    """Return as many copies as fit into a file of the greatest size."""
    return part * (ROOM // len(part))


HARMFUL: dict[str, tuple[Callable[[], bytes], type[Refusal]]] = {
    "CODA: movements of one number": (lambda: coda_of(*[move()] * 80_000), refusals.TooManyLines),
    "CODA: totals and parts": (lambda: coda_repeating(40_000), refusals.TooManyLines),
    "CODA: parts": (lambda: coda_of(move(), *[move(detail=1, kind="5")] * 80_000), refusals.TooManyLines),
    "CODA: statements": (lambda: coda_of(statements=20_000), refusals.TooManyStatements),
    "CODA: empty records": (lambda: coda_of(filled("4\n")), refusals.StatementDoesNotAddUp),
    "MT940: lines": (lambda: mt940_of(filled(LINE)), refusals.TooManyLines),
    "MT940: statements": (lambda: filled(BEFORE + AFTER).encode(), refusals.TooManyStatements),
    "MT940: texts of one line": (lambda: mt940_of(LINE + filled(":86:x\n")), refusals.StatementBroken),
    "MT940: one long text": (lambda: mt940_of(f"{LINE}:86:{filled('?')}\n"), refusals.StatementBroken),
    "MT940: balances": (lambda: mt940_of(filled(":64:C261101EUR0,00\n")), refusals.StatementBroken),
    "MT940: blank lines": (lambda: mt940_of(filled(" \n")), refusals.StatementBroken),
    "CAMT: elements": (lambda: camt_around(filled("<a/>")), refusals.TooManyLines),
    "CAMT: elements in other letters": (
        lambda: camt_around("<a/>" * (ROOM // 8)).decode().encode("utf-16"),
        refusals.TooManyLines,
    ),
    "CAMT: one in another": (lambda: camt_around(filled("<a>")), refusals.TooManyLines),
    "CAMT: an entry told last": (lambda: camt_entry_told_last(60_000), refusals.TooManyLines),
    "CAMT: entries": (lambda: camt_entries(80_000), refusals.TooManyLines),
}


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads statements gets less than it may have otherwise."""
    monkeypatch.setattr(reading_apart, "ALLOWANCE", LITTLE)


@pytest.mark.parametrize("name", HARMFUL)
def test_a_file_made_to_harm_is_refused_by_name(name: str) -> None:
    make, refusal = HARMFUL[name]
    content = make()
    assert 500_000 < len(content) <= MOST_BYTES
    with pytest.raises(refusal):
        read_statements_apart(content, today=TODAY, currency="EUR")


@pytest.mark.parametrize(
    "content",
    [camt_with_attributes(400_000), camt_with(f"<a>{'x' * 9 * MEGABYTE}</a>")],
    ids=["many", "long"],
)
def test_what_is_large_and_says_nothing_is_passed_over(content: bytes) -> None:
    (statement,) = read_statements_apart(content, today=TODAY, currency="EUR")
    assert statement.lines == ()


@pytest.mark.parametrize(
    "make",
    [
        lambda times: coda_of(*[move()] * times),
        coda_repeating,
        camt_entry_told_last,
        camt_entries,
        lambda times: mt940_of(LINE * times),
        lambda times: (BEFORE + AFTER).encode() * times,
    ],
    ids=["CODA movements", "CODA parts", "CAMT payments", "CAMT entries", "MT940 lines", "MT940 statements"],
)
def test_twice_as_much_is_twice_the_work(make: Callable[[int], bytes]) -> None:
    def read(content: bytes) -> None:
        with suppress(Refusal):
            read_statements(content, today=TODAY, currency="EUR")

    # What is compiled or remembered the first time counts for neither.
    read(make(10))
    once, twice = (steps_of(partial(read, make(times))) for times in (200, 400))
    assert twice / once < 2.3


@pytest.mark.parametrize("write", [camt, mt940, coda])
def test_a_statement_read_apart_is_the_same(write: Callable[..., bytes]) -> None:
    content = write(
        Paid(125_000, text="Facture n° 1 – “déjà”", end_to_end_id="E2E-7", bank_reference="B-1"),
        Paid(-5_000, reversal=True, reference="090933755493"),
    )
    here = read_statements(content, today=TODAY, currency="EUR")
    assert read_statements_apart(content, today=TODAY, currency="EUR") == list(here)


@pytest.mark.parametrize("write", [camt, mt940, coda])
def test_the_greatest_number_of_lines_is_read_and_one_more_is_not(write: Callable[..., bytes]) -> None:
    lines = [Paid(100, text=f"Factuur 2026/{number}") for number in range(MOST_LINES + 1)]
    (statement,) = read_statements_apart(write(*lines[1:]), today=TODAY, currency="EUR")
    assert len(statement.lines) == MOST_LINES
    with pytest.raises(refusals.TooManyLines):
        read_statements_apart(write(*lines), today=TODAY, currency="EUR")


def test_as_many_statements_as_the_limit_are_read_and_not_one_more() -> None:
    one = (BEFORE + AFTER).encode()
    assert len(read_statements(one * MOST_STATEMENTS, today=TODAY, currency="EUR")) == 1, (
        "They are all the same."
    )
    with pytest.raises(refusals.TooManyStatements):
        read_statements(one * (MOST_STATEMENTS + 1), today=TODAY, currency="EUR")


def test_a_line_of_mt940_is_as_long_as_the_limit_and_not_one_longer() -> None:
    text = LINE + ":86:" + "x" * (MOST_OF_A_LINE - len(LINE) - len(":86:") - len(AFTER) - 1) + "\n"
    content = mt940_of(text).replace(b":62F:C261101EUR0,00", b":62F:C261101EUR1,00")
    assert len(read_statements(content, today=TODAY, currency="EUR")) == 1
    with pytest.raises(refusals.StatementBroken, match=":61:"):
        read_statements(content + b"\n", today=TODAY, currency="EUR")


def test_the_parts_of_a_total_are_booked_once_though_its_number_comes_twice() -> None:
    part = Paid(1_000, text="A"), Paid(2_500, text="B")
    content = coda(Paid(3_500, batch=part), Paid(3_500, text="later")).replace(b"2100020000", b"2100010000")
    (statement,) = read_statements(content, today=TODAY, currency="EUR")
    assert [line.amount for line in statement.lines] == [1_000, 2_500, 3_500]


def test_all_elements_a_file_may_have_fit_into_what_reading_it_may_use() -> None:
    content = camt_with("<a/>" * (MOST_ELEMENTS - 50))
    assert len(read_statements_apart(content, today=TODAY, currency="EUR")) == 1


def test_a_file_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_apart, "ALLOWANCE", replace(LITTLE, memory=40 * MEGABYTE))
    with pytest.raises(TooMuchWork):
        read_statements_apart(camt_with("<a/>" * (MOST_ELEMENTS - 50)), today=TODAY, currency="EUR")


def test_a_file_beyond_its_size_is_refused_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_apart, "do_apart", None)
    with pytest.raises(Refusal, match="10 MB"):
        read_statements_apart(b"<" * (MOST_BYTES + 1), today=TODAY, currency="EUR")
