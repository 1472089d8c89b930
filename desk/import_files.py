"""What the desk does with an uploaded file: take it in, open it, look all its rows over."""

from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

from flask import current_app
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from core import clock, transaction
from core.organisations.queries import creditors_of
from core.texts import one_line
from core.web.guards import current_member, current_organisation
from desk.import_words import said
from invoices.importing import operations, queries
from invoices.importing.checking import check
from invoices.importing.choices import Choices
from invoices.importing.column_kinds import WITH_INVOICES
from invoices.importing.kinds import FileKind
from invoices.importing.models import ImportBatch
from invoices.importing.preparing import Opened, open_file, opened_anew
from invoices.importing.profiles import Profile, profile
from invoices.importing.shelf import Shelf, shelf_in
from invoices.importing.tables import DESK_LIMITS
from invoices.importing.tasks import task_of


@dataclass(frozen=True, slots=True)
class Upload:
    """What a view keeps of an import while transactions come and go."""

    public_id: str
    file_name: str
    stored_as: str
    kind: FileKind
    choices: Choices


def shelf() -> Shelf:
    """Return where this installation keeps the files to import."""
    return shelf_in(current_app.config["PORTAL"].var_dir)


def batch_of(public_id: str) -> ImportBatch:
    """Return an import of the member's organisation. Raises BatchUnknown."""
    return queries.batch_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def undecided(public_id: str) -> Upload:
    """Return an import about which something can still be decided. Raises BatchUnknown, BatchMovedOn."""
    with transaction.reading():
        batch = batch_of(public_id)
        if batch.state not in queries.OPEN:
            raise operations.BatchMovedOn
        choices = Choices.of_json(batch.settings)
        return Upload(batch.public_id, batch.file_name, batch.stored_as, batch.kind, choices)


def take_in(*, sent: FileStorage, kind: FileKind) -> str:
    """Keep a file and return the public id of its import; columns are matched as the last time, or guessed.

    The whole file is read once. Refuses what reading it refuses, and then keeps nothing.
    """
    kept = shelf().keep(cast(BinaryIO, sent.stream))
    try:
        choices = _first_choices(kept.name, kind)
        with transaction.writing():
            batch = operations.take_in(
                organisation_id=current_organisation().id,
                member_id=current_member().id,
                kind=kind,
                file_name=name_of(sent),
                kept=kept,
                now=clock.now(),
            )
            operations.settle(batch=batch, choices=choices)
            return batch.public_id
    except BaseException:
        shelf().remove(kept.name)
        raise


def open_upload(upload: Upload, choices: Choices) -> Opened:
    """Read the beginning of a file with these choices. Refuses what `open_file` refuses, and FileGone."""
    path = shelf().find(upload.stored_as)
    return open_file(path=path, kind=upload.kind, choices=choices, limits=DESK_LIMITS)


def look_through(upload: Upload, choices: Choices) -> Profile:
    """Read the whole file once with these choices. Refuses what reading it refuses, and FileGone."""
    opened = open_upload(upload, choices)
    return profile(table=opened.table, matching=opened.matching)


def look_over(upload: Upload, choices: Choices) -> dict[str, Any]:
    """Return what storing all rows of the file would do. Refuses what `task_of` and `check` refuse.

    A file of the greatest size takes some seconds; nothing is locked or changed in the meantime.
    """
    path = shelf().find(upload.stored_as)
    with transaction.reading():
        task = task_of(
            organisation=current_organisation(),
            kind=upload.kind,
            choices=choices,
            path=path,
            limits=DESK_LIMITS,
            now=clock.now(),
        )
        return check(task=task, report=shelf().report_of(upload.stored_as), say=said)


def _first_choices(stored_as: str, kind: FileKind) -> Choices:
    """Return what was chosen the last time for such a file, but for what this one itself decides."""
    path, organisation = shelf().path_of(stored_as), current_organisation()
    opened = open_file(path=path, kind=kind, choices=Choices(), limits=DESK_LIMITS)
    with transaction.reading():
        known = queries.remembered(organisation_id=organisation.id, kind=kind, header=opened.table.header)
        choices = known or Choices(fixed=_fixed(kind))
    opened = opened_anew(opened=opened, path=path, kind=kind, choices=choices, limits=DESK_LIMITS)
    found = profile(table=opened.table, matching=opened.matching)
    return replace(
        choices,
        date_order=choices.date_order if found.dates.choice is None else None,
        decimal_sign=choices.decimal_sign if found.decimals.choice is None else None,
    )


def _fixed(kind: FileKind) -> dict[str, str]:
    """Return the values that an organisation with one creditor and one currency would choose."""
    if kind not in WITH_INVOICES:
        return {}
    organisation = current_organisation()
    creditors = creditors_of(organisation_id=organisation.id)
    alone = {"creditor": creditors[0].code} if len(creditors) == 1 else {}
    return alone | {"currency": organisation.currency}


def name_of(sent: FileStorage) -> str:
    """Return the file's name as the visitor knows it, without folders."""
    name = one_line((sent.filename or "").rpartition("/")[2])
    return name or str(gettext("File without a name"))
