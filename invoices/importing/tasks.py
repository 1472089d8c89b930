"""One import, ready to be checked or stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.organisations.models import Organisation
from invoices.importing.amounts import DecimalSign
from invoices.importing.choices import Choices, Existing
from invoices.importing.column_kinds import Formats
from invoices.importing.dates import DateOrder
from invoices.importing.kinds import FileKind
from invoices.importing.preparing import Prepared, look_through, open_file, prepare
from invoices.importing.queries import creditor_ids
from invoices.importing.tables import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One import. `creditors` maps codes and names in small letters to ids, `language` is for new debtors."""

    organisation_id: int
    language: str
    creditors: Mapping[str, int]
    prepared: Prepared
    existing: Existing
    now: datetime

    @property
    def kind(self) -> FileKind:
        """What the file holds."""
        return self.prepared.matching.kind


def task_of(
    *,
    organisation: Organisation,
    kind: FileKind,
    choices: Choices,
    path: Path,
    limits: Limits,
    now: datetime,
    found: Mapping[str, Any] | None = None,
) -> Task:
    """Return the import of a file.

    `found` is how a check read it (`reading_of`); without it the whole file is looked through. Refuses what
    `preparing` and `Profile.formats` refuse.
    """
    opened = open_file(path=path, kind=kind, choices=choices, limits=limits)
    if found is None:
        formats = look_through(opened=opened).formats(
            country=organisation.country,
            currency=organisation.currency,
            date_order=choices.date_order,
            decimal_sign=choices.decimal_sign,
            two_digit_years=choices.two_digit_years,
        )
    else:
        order, sign = DateOrder(found["date_order"]), DecimalSign(found["decimal_sign"])
        formats = Formats(order, sign, organisation.country, organisation.currency, found["two_digit_years"])
    return Task(
        organisation_id=organisation.id,
        language=organisation.language,
        creditors=creditor_ids(organisation_id=organisation.id),
        prepared=prepare(opened=opened, formats=formats),
        existing=choices.existing,
        now=now,
    )


def reading_of(prepared: Prepared) -> dict[str, Any]:
    """Return how a file was read, as it is kept with the import."""
    layout, formats = prepared.table.layout, prepared.formats
    return {
        "form": layout.form,
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "sheet": layout.sheet,
        "date_order": formats.date_order.value,
        "decimal_sign": formats.decimal_sign.value,
        "two_digit_years": formats.two_digit_years,
    }
