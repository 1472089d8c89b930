"""`portal dunning`: runs proposed and approved without a browser, and the schedule for use with cron."""

from collections.abc import Iterable

import click
from flask import current_app

from collections_portal.commands.installation import at_work
from collections_portal.jobs import run_schedule
from core import clock, tenancy, transaction
from core.clock import day_in
from core.money import Money
from core.organisations.models import Organisation
from core.organisations.queries import organisation_by_public_id
from dunning import operations, queries, run_page, simulation
from dunning.models import DunningPolicy, DunningRun
from dunning.simulation import DAYS

# As many messages are queued in one transaction; a command that is stopped is gone on with by the next one.
CHUNK = 1_000


@click.group()
def dunning() -> None:
    """Propose, approve and run dunning for an organisation (its public id)."""


@dunning.command()
@click.argument("organisation")
@click.option("--plan", default="", help="The name of a plan; without it the one for everybody.")
def propose(organisation: str, plan: str) -> None:
    """Propose a run and say what is in it; nothing is sent. Stopped half-way, a second time goes on."""
    with at_work():
        owner = _owner(organisation)
        run = _filled(owner, plan)
        with tenancy.scope(owner.id), transaction.reading():
            figures, reasons = run_page.figures_of(run=run), run_page.reasons_of(run=run)
        click.echo(f"Run {run.public_id}: {figures.notices} messages about {figures.invoices} invoices.")
        if figures.added:
            click.echo(f"They add {_written(figures.added)}.")
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


@dunning.command()
@click.argument("organisation")
@click.option("--plan", default="", help="The name of a plan; without it the one for everybody.")
@click.option("--days", default=DAYS, type=click.IntRange(1, 366), help="How many days, today included.")
def simulate(organisation: str, plan: str, days: int) -> None:
    """Say how many messages a plan would send on each day to come; nothing is written."""
    with at_work():
        owner = _owner(organisation)
        with tenancy.scope(owner.id), transaction.reading():
            found = simulation.simulate(
                organisation=owner,
                policy_id=_policy(owner, plan).id,
                today=day_in(clock.now(), owner.zone),
                days=days,
            )
        for one in found.days:
            steps = ", ".join(
                f"step {position}: {one.messages[position]}" for position in sorted(one.messages)
            )
            click.echo(f"{one.day.isoformat()}  {one.total:>7}  {steps}")
        click.echo(f"{found.total} messages to {found.debtors} debtors until {found.last.isoformat()}.")
        for position, sums in found.added.items():
            click.echo(f"Step {position} adds {_written(sums.items())}.")


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


def _filled(owner: Organisation, plan: str) -> DunningRun:
    """Begin a run, or go on with one that was begun, chunk by chunk, each in a transaction of its own."""
    now = clock.now()
    with tenancy.scope(owner.id):
        with transaction.writing():
            policy = _policy(owner, plan)
            run = operations.begin(organisation=owner, policy_id=policy.id, now=now)
            public_id = run.public_id
        is_left = True
        while is_left:
            with transaction.writing():
                run = queries.run_by_public_id(organisation_id=owner.id, public_id=public_id)
                is_left = operations.fill(organisation=owner, run=run, chunks=1)
    return run


def _policy(owner: Organisation, name: str) -> DunningPolicy:
    for policy in queries.policies_of(organisation_id=owner.id):
        if name == policy.name or (not name and policy.is_default):
            return policy
    raise queries.PolicyUnknown


def _owner(public_id: str) -> Organisation:
    with transaction.reading():
        return organisation_by_public_id(public_id=public_id)


def _written(sums: Iterable[tuple[str, int]]) -> str:
    """Return amounts in minor units as `EUR 45.00, NOK 37.50`."""
    return ", ".join(f"{currency} {Money(minor, currency).amount}" for currency, minor in sorted(sums))
