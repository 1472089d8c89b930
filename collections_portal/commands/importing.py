"""`portal import`: a file of invoices or debtors, read, checked and stored without the desk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask import current_app

from collections_portal.commands.installation import at_work
from collections_portal.file_import import FileImport, Taken
from core import tenancy
from core.organisations.queries import organisation_by_public_id
from invoices.importing.amounts import DecimalSign
from invoices.importing.choices import Choices, Existing
from invoices.importing.columns import COLUMNS
from invoices.importing.dates import DateOrder
from invoices.importing.delimited import DELIMITERS, ENCODINGS
from invoices.importing.kinds import FileKind
from invoices.importing.matching import ColumnsMissing
from invoices.importing.models import BatchState
from invoices.importing.operations import FileKnown
from invoices.importing.problems import in_english
from invoices.importing.profiles import (
    DateOrderUndecided,
    DecimalSignUndecided,
    TwoDigitYearsUndecided,
)

KINDS = click.Choice([kind.value for kind in FileKind])
ORDERS = click.Choice([order.value for order in DateOrder])
SIGNS = click.Choice([sign.value for sign in DecimalSign])
SAMPLES = 3
# What the terminal offers where the desk asks.
WAYS_ON: Mapping[type[BaseException], str] = {
    ColumnsMissing: "--map, --creditor, --currency",
    DateOrderUndecided: "--date-order",
    DecimalSignUndecided: "--decimal",
    TwoDigitYearsUndecided: "--two-digit-years",
    FileKnown: "--again",
}


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", required=True, help="Its public id: see `portal organisation list`.")
@click.option("--kind", type=KINDS, default=FileKind.INVOICES_WITH_DEBTORS.value, show_default=True)
@click.option("--creditor", default="", help="Code or name, for files without a column for it.")
@click.option("--currency", default="", help="For files without a column for it.")
@click.option("--country", default="", help="Two letters, for files without a column for it.")
@click.option("--language", default="", help="Of new debtors, for files without a column for it.")
@click.option("--date-order", type=ORDERS, help="When the file leaves it open.")
@click.option("--decimal", "decimal_sign", type=SIGNS, help="When the file leaves it open.")
@click.option("--two-digit-years", is_flag=True, help="26 means 2026.")
@click.option("--encoding", type=click.Choice(ENCODINGS), help="How letters are written, if guessed wrong.")
@click.option("--delimiter", type=click.Choice(DELIMITERS), help="What stands between cells, likewise.")
@click.option(
    "--map", "mapped", multiple=True, help="HEADER=COLUMN where the guess is wrong; HEADER= leaves it out."
)
@click.option(
    "--existing", type=click.Choice([each.value for each in Existing]), default=Existing.UPDATE.value
)
@click.option("--check-only", is_flag=True, help="Look all rows over and store nothing.")
@click.option("--again", is_flag=True, help="Import a file that was imported before.")
def import_(
    file: Path,
    organisation: str,
    kind: str,
    mapped: tuple[str, ...],
    check_only: bool,
    again: bool,
    **said: Any,
) -> None:
    """Import FILE (CSV or .xlsx), all of its rows or none.

    Columns are guessed from their headers; dates and amounts are read as the whole file shows. What the file
    leaves open is refused until an option says it. Ends with status 1 when nothing was stored.
    """
    with at_work():
        owner = organisation_by_public_id(public_id=organisation)
        with tenancy.scope(owner.id):
            importing = FileImport(current_app.config["PORTAL"], owner)
            choices, amended = _choices(**said), dict(_pair(each) for each in mapped)
            with importing.taken(file, kind=FileKind(kind), choices=choices, amended=amended) as taken:
                _say_how_it_is_read(taken)
                _import(importing, taken, check_only=check_only, again=again)


def _choices(**said: Any) -> Choices:
    fixed = {name: said[name] for name in ("creditor", "currency", "country", "language") if said[name]}
    return Choices(
        encoding=said["encoding"],
        delimiter=said["delimiter"],
        fixed=fixed,
        date_order=DateOrder(said["date_order"]) if said["date_order"] else None,
        decimal_sign=DecimalSign(said["decimal_sign"]) if said["decimal_sign"] else None,
        two_digit_years=said["two_digit_years"],
        existing=Existing(said["existing"]),
    )


def _pair(text: str) -> tuple[str, str]:
    header, sign, name = text.rpartition("=")
    known = list(COLUMNS)
    if not sign or (name and name not in known):
        raise click.BadParameter(f"{text!r} is not HEADER=COLUMN. Columns: {', '.join(known)}.")
    return header, name


def _say_how_it_is_read(taken: Taken) -> None:
    table, columns = taken.opened.table, taken.opened.matching.columns
    for place, header in enumerate(table.header):
        values = ", ".join(str(cells[place]) for _, cells in table.sample[:SAMPLES])
        click.echo(f"  {header:24} {columns.get(place, 'left out'):18} {values}")


def _import(importing: FileImport, taken: Taken, *, check_only: bool, again: bool) -> None:
    try:
        findings = importing.check(taken)
        reading = findings["reading"]
        click.echo(f"Dates {reading['date_order']}, decimals {reading['decimal_sign']!r}.")
        _say_problems(findings)
        _say_counts(findings)
        if check_only:
            importing.give_up(taken)
            return
        state = importing.store(taken, again=again)
    except BaseException as error:
        importing.give_up(taken)
        if option := WAYS_ON.get(type(error)):
            raise click.ClickException(f"{error} ({option})") from error
        raise
    if state is not BatchState.DONE:
        raise click.ClickException("Nothing was stored; the log says why.")
    click.echo("Stored.")


def _say_problems(findings: dict[str, Any]) -> None:
    for problem in findings["first_problems"]:
        words = in_english(problem["sentence"], problem["values"])
        click.echo(f"  row {problem['row']}, {problem['column']}: {words} ({problem['found']})", err=True)
    if findings["problems"]:
        count, rows = findings["problems"], findings["rows_refused"]
        raise click.ClickException(f"{count} problems in {rows} rows, so nothing was stored.")


def _say_counts(findings: dict[str, Any]) -> None:
    for what in ("debtors", "invoices"):
        tally = findings[what]
        click.echo(f"{what}: {tally['new']} new, {tally['changed']} changed, {tally['same']} the same")
