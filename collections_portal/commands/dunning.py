"""`portal dunning`: runs proposed and approved without a browser, and the schedule for use with cron."""

import click
from flask import current_app

from collections_portal.commands.installation import at_work
from collections_portal.jobs import run_schedule
from core import clock, tenancy, transaction
from core.organisations.models import Organisation
from core.organisations.queries import organisation_by_public_id
from dunning import operations, queries, run_page

# As many messages are queued in one transaction; a command that is stopped is gone on with by the next one.
CHUNK = 1_000


@click.group()
def dunning() -> None:
    """Propose, approve and run dunning for an organisation (its public id)."""


@dunning.command()
@click.argument("organisation")
def propose(organisation: str) -> None:
    """Propose a run and say what is in it; nothing is sent."""
    with at_work():
        owner = _owner(organisation)
        with tenancy.scope(owner.id), transaction.writing():
            policy = queries.default_policy(organisation_id=owner.id)
            run = operations.propose(organisation=owner, policy_id=policy.id, now=clock.now())
            figures, reasons = run_page.figures_of(run=run), run_page.reasons_of(run=run)
        click.echo(f"Run {run.public_id}: {figures.notices} messages about {figures.invoices} invoices.")
        for reason, number in reasons:
            click.echo(f"{number} skipped: {reason}")


@dunning.command()
@click.argument("organisation")
@click.argument("run")
def confirm(organisation: str, run: str) -> None:
    """Approve a proposed RUN and queue its messages; a second time goes on where the first one stopped."""
    with at_work():
        owner = _owner(organisation)
        left = 1
        while left:
            with tenancy.scope(owner.id), transaction.writing():
                found = queries.run_by_public_id(organisation_id=owner.id, public_id=run)
                left = operations.confirm(
                    organisation=owner, run=found, member_id=None, now=clock.now(), at_most=CHUNK
                )
        click.echo(f"Run {run} is approved; its messages are queued.")


@dunning.command(name="run")
def run_due() -> None:
    """Do what the schedule does, for use with cron: end broken promises, run every policy that is due.

    More than once a day does no harm. Ends with status 1 when an organisation's turn failed; the others had
    theirs.
    """
    with at_work():
        done = run_schedule(current_app)
        for name, runs in done:
            click.echo(f"{name}: {'failed, the log says why' if runs is None else f'{runs} runs'}")
        if any(runs is None for _, runs in done):
            raise click.exceptions.Exit(1)


def _owner(public_id: str) -> Organisation:
    with transaction.reading():
        return organisation_by_public_id(public_id=public_id)
