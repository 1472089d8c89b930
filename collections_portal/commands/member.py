"""`portal member`: the people of an organisation, also before anybody can sign in."""

from datetime import datetime

import click

from collections_portal.commands.installation import at_work
from core import clock, transaction
from core.members import operations
from core.members.models import Member, Role
from core.members.queries import MemberUnknown, members_of
from core.organisations.models import LANGUAGES, Organisation
from core.organisations.queries import organisation_by_public_id
from core.web.accounts import WITHIN, LinkKind, password_link
from messaging.member_mail import queue_invitation
from reactions.queries.beside import open_actions_with

ROLES = click.Choice([role.value for role in Role])


@click.group()
def member() -> None:
    """Invite, list, disable and enable the members of an organisation (its public id)."""


@member.command()
@click.argument("organisation")
@click.argument("email")
@click.argument("name")
@click.option("--role", type=ROLES, default=Role.AGENT.value, show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), help="The organisation's own if not given.")
@click.option("--show-link", is_flag=True, help="Print the link too, for when mail does not work yet.")
def add(organisation: str, email: str, name: str, role: str, language: str | None, show_link: bool) -> None:
    """Invite NAME, who chooses a password with a link sent to EMAIL within 48 hours."""
    now = clock.now()
    with at_work(), transaction.writing():
        owner = organisation_by_public_id(public_id=organisation)
        invited = operations.invite(
            organisation_id=owner.id,
            email=email,
            name=name,
            role=Role(role),
            language=language or owner.language,
            by=None,
            now=now,
        )
        link = _send(invited, owner, now=now)
    click.echo(f"Invited {name}: a message to {email} is queued.")
    if show_link:
        click.echo(link)


@member.command(name="list")
@click.argument("organisation")
def show(organisation: str) -> None:
    """List the members: address, name, role, and whether they may come in."""
    with at_work(), transaction.reading():
        owner = organisation_by_public_id(public_id=organisation)
        for one in members_of(organisation_id=owner.id):
            state = "disabled" if not one.active else "active" if one.password else "invited"
            click.echo(f"{one.email}\t{one.name}\t{one.role.value}\t{state}")


@member.command()
@click.argument("organisation")
@click.argument("email")
def disable(organisation: str, email: str) -> None:
    """Keep the member with EMAIL out, from their next request on."""
    with at_work(), transaction.writing():
        found = _member(organisation, email)
        operations.disable(
            organisation_id=found.organisation_id, public_id=found.public_id, by=None, now=clock.now()
        )
        left = open_actions_with(organisation_id=found.organisation_id, member_id=found.id)
    click.echo(f"{email} is disabled and signed out everywhere.")
    if left:
        click.echo(f"Open actions of theirs: {left}. The inbox shows them under Not assigned.")


@member.command()
@click.argument("organisation")
@click.argument("email")
def enable(organisation: str, email: str) -> None:
    """Let the member with EMAIL in again."""
    with at_work(), transaction.writing():
        found = _member(organisation, email)
        operations.enable(
            organisation_id=found.organisation_id, public_id=found.public_id, by=None, now=clock.now()
        )
    click.echo(f"{email} may sign in again.")


def _send(invited: Member, owner: Organisation, *, now: datetime) -> str:
    until = now + WITHIN[LinkKind.INVITATION]
    queue_invitation(member=invited, valid_until=until, invited_by=owner.name, now=now)
    return password_link(invited, LinkKind.INVITATION, valid_until=until)


def _member(organisation: str, email: str) -> Member:
    owner = organisation_by_public_id(public_id=organisation)
    for one in members_of(organisation_id=owner.id):
        if one.email == email.strip().lower():
            return one
    raise MemberUnknown
