"""`portal bounce`: a mail server gives back what could not be delivered, and what readers complain about."""

import sys
from typing import NoReturn

import click
from flask import current_app
from sqlalchemy.exc import OperationalError

from collections_portal.carriers import return_path_of
from collections_portal.commands.installation import at_work
from core import clock, transaction
from messaging.bounces import MOST_BYTES, Kind, Returned, read
from messaging.returning import ReturnedToNobody, ReturnedTooLate, message_returned, take_in

# What mail servers understand (sysexits.h): no such address, and: try again later.
NO_USER, TRY_LATER = 67, 75


@click.command()
@click.argument("recipient")
def bounce(recipient: str) -> None:
    """Take in a returned mail from standard input; RECIPIENT is the address it came to.

    Status 67: it is about no message of ours, or comes too late, and nothing was changed. 75: not now, try
    again.
    """
    returned = read(sys.stdin.buffer.read(MOST_BYTES))
    try:
        with at_work():
            click.echo(_take_in(returned, recipient))
    except OperationalError:
        _end(TRY_LATER, "The database does not answer.")


def _take_in(returned: Returned, recipient: str) -> str:
    """Keep what came back and return a line about it."""
    paths = return_path_of(current_app.config["PORTAL"])
    if paths is None:
        raise click.ClickException("MAIL_BOUNCE_DOMAIN is not set, so no message has a return path.")
    try:
        with transaction.writing():
            message = message_returned(returned=returned, recipient=recipient, paths=paths)
            changed = take_in(message=message, returned=returned, now=clock.now())
    except (ReturnedToNobody, ReturnedTooLate) as refusal:
        _end(NO_USER, str(refusal))
    except transaction.DatabaseBusy as refusal:
        _end(TRY_LATER, str(refusal))
    told = " ".join(part for part in (returned.kind.value, returned.status, returned.words) if part)
    what = "no bounce" if returned.kind is Kind.OTHER else told
    return f"Message {message.public_id}: {what}; {'kept' if changed else 'nothing changed'}."


def _end(status: int, why: str) -> NoReturn:
    click.echo(f"{why} Nothing was changed.", err=True)
    sys.exit(status)
