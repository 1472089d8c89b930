"""`portal organisation`: the tenants of this installation."""

import click

from collections_portal.commands.installation import at_work
from core import clock, tenancy
from core.organisations import operations
from core.organisations.models import LANGUAGES
from core.organisations.queries import organisations_open
from core.organisations.settings import SettingsRefused
from core.transaction import reading, writing
from dunning.operations import found_policy
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
