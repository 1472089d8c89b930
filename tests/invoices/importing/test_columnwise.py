"""Columns converted at once give what cell after cell gives, whatever stands in them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.importing import columnwise
from invoices.importing.amounts import DecimalSign
from invoices.importing.column_kinds import Formats, Value
from invoices.importing.compiling import compile_conversion
from invoices.importing.dates import DateOrder
from invoices.importing.kinds import FileKind
from invoices.importing.matching import Matching
from invoices.importing.problems import Problems
from invoices.importing.tables import Cell, Row

FORMATS = Formats(DateOrder.DMY, DecimalSign.COMMA, country="NL", currency="EUR")
COLUMNS = (
    "customer_number",
    "invoice_number",
    "invoiced_on",
    "due_on",
    "amount",
    "amount_open",
    "description",
    "credited_number",
    "currency",
)
WIDTH = len(COLUMNS)
TEXTS = st.sampled_from(
    ["", " ", "x", " 2026/098 ", "1.23E+11", "€ 5", "zacht\u00adstreepje", "a\nb", "0", "+"]
)
AMOUNTS = st.sampled_from(
    ["12,50", "-12,50", "0,00", "12,5", "12", "1.250,00", "", "twaalf", "99,99", "EUR 7", "1,00\n2,00"]
)
DAYS = st.sampled_from(["14-08-2026", "13-09-2026", "", "31-02-2026"])
USUAL = ("20418", "2026/098", "14-08-2026", "13-09-2026", "348,00", "348,00", "Stroom", "", "EUR")


def odd_rows() -> st.SearchStrategy[list[Cell]]:
    """Rows of which a cell or two are not as usual."""
    kinds = (
        TEXTS,
        TEXTS,
        DAYS,
        DAYS,
        AMOUNTS,
        AMOUNTS,
        TEXTS,
        TEXTS,
        st.sampled_from(["EUR", "JPY", "", "XX"]),
    )

    def changed(changes: dict[int, str]) -> list[Cell]:
        return [changes.get(place, cell) for place, cell in enumerate(USUAL)]

    change = st.integers(0, WIDTH - 1).flatmap(lambda place: st.tuples(st.just(place), kinds[place]))
    return st.lists(change, max_size=2).map(dict).map(changed)


def conversion_of(rows: list[Row]) -> tuple[list[tuple[int, list[Value]]], list[tuple[object, ...]]]:
    """Return what becomes of the rows, and what is said of those that are refused."""
    matching = Matching(FileKind.INVOICES, dict(enumerate(COLUMNS)), {"creditor": "Voltwerk"})
    conversion = compile_conversion(matching=matching, formats=FORMATS, width=WIDTH)
    problems = Problems()
    values = [(number, list(row)) for number, row in conversion.rows(rows, problems)]
    return values, [(it.row, it.column, it.sentence, it.found) for it in problems.kept]


@given(st.lists(odd_rows(), min_size=1, max_size=6))
def test_together_is_the_same_as_one_by_one(cells: list[list[Cell]]) -> None:
    rows: list[Row] = list(enumerate(cells, start=2))
    # A row that is too long has all those around it converted one by one.
    values, wrong = conversion_of([*rows, (99, [*USUAL, "more"])])
    assert conversion_of(rows) == (values, wrong[:-1])
    assert wrong[-1][0] == 99


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["12,50", "-0,05", "0001,00"], [1250, -5, 100]),
        (["12,50", ""], None),
        (["12,50", "12"], None),
        (["12,50\n7,00"], None),
        (["12,50 "], None),
        (["١٢,٥٠"], None),
        ([Decimal("12.5")], None),
        ([], None),
    ],
)
def test_a_column_of_amounts(cells: list[Cell], values: list[int] | None) -> None:
    assert columnwise.amount_column(sign=DecimalSign.COMMA, currency="EUR")(cells) == values


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ([" a ", "", "b c"], ["a", "", "b c"]),
        (["a", "12345678901"], None),
        (["a", "b\u200b"], None),
        (["a", date(2026, 11, 1)], None),
        ([], []),
    ],
)
def test_a_column_of_texts(cells: list[Cell], values: list[str] | None) -> None:
    assert columnwise.plain_texts(10, cells) == values


def test_a_number_that_a_spreadsheet_may_have_shortened_is_looked_at_by_itself() -> None:
    assert columnwise.number_texts(20, ["2026/1", " 7"]) == ["2026/1", "7"]
    assert columnwise.number_texts(20, ["2026/1", "1.2E+11"]) is None
