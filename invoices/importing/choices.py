"""What a person decided about a file: how to read it, which column is which, what of known invoices."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from invoices.importing.amounts import DecimalSign
from invoices.importing.dates import DateOrder
from invoices.importing.kinds import FileKind
from invoices.importing.matching import Matching, columns_of
from invoices.importing.tables import Table


class Existing(StrEnum):
    """What happens to an invoice that is already there."""

    UPDATE = "update"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """None means: as found in the file. `columns` maps a column's header to an identifier of `COLUMNS`.

    `columns` is None until somebody matched them. `fixed` holds values as typed, for what no column says.
    """

    encoding: str | None = None
    delimiter: str | None = None
    columns: Mapping[str, str] | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    decimal_sign: DecimalSign | None = None
    two_digit_years: bool = False
    existing: Existing = Existing.UPDATE

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return asdict(self) | {"columns": None if self.columns is None else dict(self.columns)}

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> "Choices":
        """Return what was stored; nothing stored means nothing decided."""
        kept = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        choices = cls(**kept)
        return replace(
            choices,
            date_order=DateOrder(choices.date_order) if choices.date_order else None,
            decimal_sign=DecimalSign(choices.decimal_sign) if choices.decimal_sign else None,
            existing=Existing(choices.existing),
        )

    def with_columns(self, columns: Mapping[str, str]) -> "Choices":
        """Return the same with columns matched: header -> identifier of `COLUMNS`."""
        return replace(self, columns=dict(columns))

    def matching(self, *, table: Table, kind: FileKind, guessed: Mapping[int, str]) -> Matching:
        """Return the columns as decided, else as guessed. A fixed value yields to a column for the same.

        Refuses nothing: `Matching.check` does.
        """
        columns = guessed
        if self.columns is not None:
            places = {header: place for place, header in enumerate(table.header)}
            columns = {places[header]: name for header, name in self.columns.items() if header in places}
        possible = {column.identifier for column in columns_of(kind)} - set(columns.values())
        fixed = {name: text for name, text in self.fixed.items() if text.strip() and name in possible}
        return Matching(kind, columns, fixed)
