"""`portal law`: the rows of law this installation counts by."""

import click

from collections_portal.config import Config
from core.law import shelf
from core.law.rows import Row, Status


@click.command()
@click.option("--country", default="", help="Two letters; without it all of them.")
def law(country: str) -> None:
    """List the rows of law: their days, whether they are switched on, and where they stand."""
    for row in shelf.book(Config.from_environment().law_dir).rows:
        if country.upper() in ("", row.country):
            click.echo(_line(row))


def _line(row: Row) -> str:
    is_on = "on " if row.status is Status.SURE else "OFF"
    segments = "+".join(sorted(row.segments))
    days = f"{row.valid_from} to {row.valid_to or 'now'}"
    return f"{is_on}  {row.id:34}  {segments:7}  {days:24}  {row.source}"
