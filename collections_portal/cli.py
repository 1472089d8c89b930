"""The command `portal`: one command or group for each noun."""

import click

from collections_portal.commands.backup import backup
from collections_portal.commands.bounce import bounce
from collections_portal.commands.demo import demo
from collections_portal.commands.dunning import dunning
from collections_portal.commands.importing import import_
from collections_portal.commands.law import law
from collections_portal.commands.member import member
from collections_portal.commands.organisation import organisation
from collections_portal.commands.payments import import_payments
from collections_portal.commands.restore import restore
from collections_portal.commands.run import migrate, run, worker


@click.group()
def main() -> None:
    """Run and look after a collections portal."""


for command in (
    backup,
    bounce,
    demo,
    dunning,
    import_,
    import_payments,
    law,
    member,
    migrate,
    organisation,
    restore,
    run,
    worker,
):
    main.add_command(command)
