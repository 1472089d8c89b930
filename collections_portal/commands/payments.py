"""`portal import-payments`: bank statements taken in without the desk, for a bank that delivers files."""

from collections.abc import Collection, Sequence
from pathlib import Path

import click

from collections_portal.commands.importing import ORDERS, SIGNS
from collections_portal.commands.installation import at_work
from core import clock, tenancy, transaction
from core.clock import day_in
from core.organisations.models import Organisation
from core.organisations.queries import organisation_by_public_id
from invoices.importing.amounts import DecimalSign
from invoices.importing.dates import DateOrder
from invoices.statements.bank_files import MOST_BYTES
from invoices.statements.models import BankStatement
from invoices.statements.prospects import prospects_of
from invoices.statements.queries import Tally, tallies
from invoices.statements.reading_apart import read_statements_apart
from invoices.statements.table_refusals import AmountOpen, DayOpen
from invoices.statements.taking_in import take_in
from reactions.operations.endings import close_settled


@click.command(name="import-payments")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", required=True, help="Its public id: see `portal organisation list`.")
@click.option("--date-order", type=ORDERS, help="When a table leaves it open.")
@click.option("--decimal", "decimal_sign", type=SIGNS, help="When a table leaves it open.")
def import_payments(file: Path, organisation: str, date_order: str | None, decimal_sign: str | None) -> None:
    """Take in the bank statements in FILE (CAMT.053, MT940, CODA, or a CSV or .xlsx table), all or none.

    Payments that fit exactly are booked on their invoices; the others wait at the desk. Ends with status 1
    when nothing was stored.
    """
    with at_work():
        with transaction.reading():
            owner = organisation_by_public_id(public_id=organisation)
        with tenancy.scope(owner.id):
            taken = _taken_in(
                owner,
                file,
                DateOrder(date_order) if date_order else None,
                DecimalSign(decimal_sign) if decimal_sign else None,
            )
            with transaction.reading():
                counted = tallies(organisation_id=owner.id, statement_ids=[one.id for one in taken])
        for statement in taken:
            tally = counted.get(statement.id, Tally())
            name = statement.number or statement.file_name
            click.echo(
                f"Statement {name}: {tally.lines} new lines, {tally.matched} booked, "
                f"{tally.waiting} to settle, {tally.ignored} went out, {statement.lines_known} known before."
            )


def _taken_in(
    owner: Organisation, file: Path, date_order: DateOrder | None, decimal_sign: DecimalSign | None
) -> Sequence[BankStatement]:
    now = clock.now()
    today = day_in(now, owner.zone)
    with file.open("rb") as source:
        content = source.read(MOST_BYTES + 1)
    try:
        statements = read_statements_apart(
            content, today=today, currency=owner.currency, date_order=date_order, decimal_sign=decimal_sign
        )
    except (DayOpen, AmountOpen) as error:
        option = "--date-order" if isinstance(error, DayOpen) else "--decimal"
        raise click.ClickException(f"{error} ({option})") from error
    with transaction.reading():
        prospects = prospects_of(organisation_id=owner.id, statements=statements)

    def when_settled(invoice_ids: Collection[int]) -> None:
        close_settled(organisation_id=owner.id, invoice_ids=invoice_ids, now=now)

    with transaction.writing():
        return take_in(
            organisation_id=owner.id,
            member_id=None,
            file_name=file.name,
            content=content,
            prospects=prospects,
            now=now,
            today=today,
            when_settled=when_settled,
        )
