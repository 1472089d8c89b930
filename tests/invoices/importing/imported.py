"""Files taken in, checked and stored in a test as a door and a worker do it, without either."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask

from core import tenancy
from core.database import db
from core.organisations.models import Creditor, Organisation
from core.transaction import reading, writing
from invoices.importing import operations
from invoices.importing.checking import check
from invoices.importing.choices import Choices, Existing
from invoices.importing.kinds import FileKind
from invoices.importing.problems import Problems, in_english
from invoices.importing.shelf import Shelf
from invoices.importing.storing import Counts, compare, gather, store
from invoices.importing.tables import COMMAND_LIMITS
from invoices.importing.tasks import Task, task_of
from tests import factories

HEADER = "Klantnummer;Naam;E-mail;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag"
LINE = "20418;De Vlijt;info@devlijt.example;2026/098;14-08-2026;13-09-2026;3.480,00"


@dataclass
class Importer:
    """An organisation with one creditor, VW, that imports files; `settled` are ids of settled invoices."""

    app: Flask
    owner: Organisation
    creditor: Creditor
    folder: Path
    settled: list[int] = field(default_factory=list)

    def task(
        self,
        content: str,
        kind: FileKind,
        now: datetime,
        existing: Existing,
        fixed: Mapping[str, str] | None = None,
        **choices: Any,
    ) -> Task:
        path = self.folder / "import.csv"
        path.write_text(content)
        values = {"creditor": "VW", "currency": "EUR"} if kind != FileKind.DEBTORS else {}
        return task_of(
            organisation=self.owner,
            kind=kind,
            choices=Choices(existing=existing, fixed=values | dict(fixed or {}), **choices),
            path=path,
            limits=COMMAND_LIMITS,
            now=now,
        )

    def check(
        self,
        content: str,
        kind: FileKind = FileKind.INVOICES_WITH_DEBTORS,
        *,
        now: datetime = factories.NOW,
        existing: Existing = Existing.UPDATE,
        **more: Any,
    ) -> dict[str, Any]:
        """Look a file over and return what was found."""
        with tenancy.scope(self.owner.id), reading():
            task = self.task(content, kind, now, existing, **more)
            return check(task=task, report=self.folder / "report.csv", say=in_english)

    def store(
        self,
        content: str,
        kind: FileKind = FileKind.INVOICES_WITH_DEBTORS,
        *,
        now: datetime = factories.NOW,
        existing: Existing = Existing.UPDATE,
        **more: Any,
    ) -> Counts:
        """Store a file as a worker does."""
        problems = Problems()
        with tenancy.scope(self.owner.id):
            with reading():
                task = self.task(content, kind, now, existing, **more)
            with writing(at_once=False):
                gather(task=task, problems=problems, progress=lambda _: None)
                counts = compare(task=task, problems=problems)
                if problems.count:
                    raise operations.ProblemsLeft
                store(task=task, counts=counts, progress=lambda _: None, when_settled=self._note)
        db.session.expire_all()
        return counts

    def wrong(self, content: str, *arguments: Any, **more: Any) -> list[tuple[int, str, str]]:
        """Return (row, sentence, what stands there) of each problem of a file."""
        found = self.check(content, *arguments, **more)
        return [(one["row"], one["sentence"], one["found"]) for one in found["first_problems"]]

    def _note(self, invoice_ids: Collection[int]) -> None:
        self.settled.extend(invoice_ids)


def lines(*rows: str, header: str = HEADER) -> str:
    """Return a file of these rows."""
    return "\n".join((header, *rows)) + "\n"


def keep(shelf: Shelf, content: str) -> Any:
    """Put a file on the shelf."""
    return shelf.keep(BytesIO(content.encode()))
