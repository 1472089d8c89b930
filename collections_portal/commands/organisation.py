"""`portal organisation`: the tenants of this installation."""

import click

from collections_portal.commands.installation import at_work
from core import clock, tenancy
from core.organisations import operations
from core.organisations.models import LANGUAGES
from core.organisations.queries import organisation_by_public_id, organisations_open
from core.organisations.settings import SettingsRefused
from core.transaction import reading, writing
from dunning.operations import found_policy
from reactions.forwarding.targets import forward_to, stop_forwarding
from reactions.operations.founding import found_types


@click.group()
def organisation() -> None:
    """Add and list the organisations of this installation."""


@organisation.command()
@click.argument("name")
@click.option("--language", type=click.Choice(LANGUAGES), default="nl", show_default=True)
@click.option("--country", default="NL", show_default=True, help="Two letters.")
@click.option("--zone", default="Europe/Amsterdam", show_default=True, help="The IANA name of its time zone.")
@click.option("--currency", default="EUR", show_default=True)
def add(name: str, language: str, country: str, zone: str, currency: str) -> None:
    """Add an organisation with the reaction types and the dunning policy everybody starts with."""
    now = clock.now()
    with at_work(), writing():
        try:
            founded = operations.found(
                name=name, language=language, country=country, zone=zone, currency=currency, now=now
            )
        except SettingsRefused as refused:
            wrong = (f"{setting}: {refusal}" for setting, refusal in refused.errors.items())
            raise click.ClickException("\n".join(wrong)) from refused
        with tenancy.scope(founded.id):
            found_types(organisation_id=founded.id)
            found_policy(organisation_id=founded.id)
            operations.add_creditor(organisation_id=founded.id, code="1", name=name, now=now)
        click.echo(f"{founded.public_id}  {name}")


@organisation.command(name="list")
def show() -> None:
    """List the organisations with the public ids that other commands ask for."""
    with at_work(), reading():
        for each in organisations_open():
            click.echo(f"{each.public_id}  {each.name}")


@organisation.command()
@click.argument("organisation")
@click.argument("url", default="")
@click.option("--stop", is_flag=True, help="Forward no more; what still waits is given up.")
def forward(organisation: str, url: str, stop: bool) -> None:
    """Have every reaction from now on posted to URL, the organisation's own system.

    Prints the key that its signatures are made with, which is new each time and shown only here.
    """
    if bool(url) == stop:
        raise click.UsageError("Give an address, or --stop.")
    now = clock.now()
    with at_work():
        with reading():
            owner_id = organisation_by_public_id(public_id=organisation).id
        with tenancy.scope(owner_id), writing():
            if stop:
                click.echo(f"Stopped. Given up: {stop_forwarding(organisation_id=owner_id, now=now)}")
            else:
                click.echo(f"Key: {forward_to(organisation_id=owner_id, url=url, now=now)}")
