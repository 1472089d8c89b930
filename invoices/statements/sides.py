"""Which column of a table of payments says whether money came in or went out, by a word beside the amount."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from invoices.importing.amounts import amount_readings
from invoices.importing.matching import is_called
from invoices.importing.tables import Cell, Row
from invoices.statements.table_columns import SIDE, VAGUE_SIDES, WENT_OUT, SideUnknown, side_of


def column_of_sides(header: Sequence[str], columns: Mapping[str, int]) -> int | None:
    """Return where the word stands, by the heading alone.

    Whether its words are known does not matter: left out, each amount beside a strange word would count as
    received. A heading that may mean something else counts where no other does.
    """
    taken = {position for identifier, position in columns.items() if identifier != "side"}
    named = [at for at, name in enumerate(header) if at not in taken and is_called(SIDE.headers, name)]
    sharp = [at for at in named if not is_vague(header[at])]
    guessed = columns.get("side")
    return guessed if guessed in (sharp or named) else next(iter(sharp or named), None)


def is_vague(heading: str) -> bool:
    """Return whether a heading that is known as in or out may as well say how somebody paid."""
    return is_called(VAGUE_SIDES, heading)


def tells_sides(rows: Iterable[Row], *, side: int, amount: int) -> bool:
    """Return whether a column "Type" is to be taken at its words: where in doubt it is, and a row is refused.

    It is left alone where none of its words is known, or where some are not and the amounts have their signs
    without it.
    """
    has_known = has_strange = has_minus = contradicts = False
    for _, cells in rows:
        is_below = _is_below_zero(cells[amount])
        has_minus = has_minus or is_below
        if not str(cells[side]).strip():
            continue
        try:
            went_out = side_of(str(cells[side])) == WENT_OUT
        except SideUnknown:
            has_strange = True
        else:
            has_known = True
            contradicts = contradicts or (went_out and not is_below)
    return has_known and not (has_strange and has_minus and not contradicts)


def _is_below_zero(cell: Cell) -> bool:
    if isinstance(cell, Decimal):
        return cell < 0
    return any(value < 0 for value in amount_readings(str(cell)).values())
