"""`portal dunning`: runs proposed and approved without a browser, and the schedule for use with cron."""

import click

from collections_portal.commands.installation import at_work
from core import clock, tenancy, transaction
from core.organisations.models import Organisation
from core.organisations.queries import organisation_by_public_id, organisations_open
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
    """Run every policy that is due, of all organisations; more than once a day does no harm."""
    with at_work():
        with transaction.reading():
            owners = [(owner.public_id, owner.name) for owner in organisations_open()]
        for public_id, name in owners:
            click.echo(f"{name}: {_run_for(_owner(public_id))} runs")


def _run_for(owner: Organisation) -> int:
    now = clock.now()
    with tenancy.scope(owner.id):
        with transaction.writing():
            made = operations.run_automatic(organisation=owner, now=now, at_most=CHUNK)
        left = 1
        while left:
            with transaction.writing():
                left = operations.carry_on(organisation=owner, now=now, at_most=CHUNK)
    return len(made)


def _owner(public_id: str) -> Organisation:
    with transaction.reading():
        return organisation_by_public_id(public_id=public_id)
