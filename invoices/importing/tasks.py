"""One import, ready to be checked or stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.organisations.models import Organisation
from invoices.importing.choices import Choices, Existing
from invoices.importing.kinds import FileKind
from invoices.importing.preparing import Prepared, open_file, prepare
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
    *, organisation: Organisation, kind: FileKind, choices: Choices, path: Path, limits: Limits, now: datetime
) -> Task:
    """Look through the file and return the import. Refuses what `preparing` refuses."""
    opened = open_file(path=path, kind=kind, choices=choices, limits=limits)
    prepared = prepare(
        opened=opened, choices=choices, country=organisation.country, currency=organisation.currency
    )
    return Task(
        organisation_id=organisation.id,
        language=organisation.language,
        creditors=creditor_ids(organisation_id=organisation.id),
        prepared=prepared,
        existing=choices.existing,
        now=now,
    )
