"""`portal restore`: a backup put back, wholly or not at all; afterwards every organisation stands still."""

import tempfile
from contextvars import copy_context
from dataclasses import replace as replaced
from datetime import datetime
from pathlib import Path

import click
import flask_migrate

from collections_portal.app import create_app
from collections_portal.backups import files
from collections_portal.backups.archive import DATABASE, Manifest, unpack
from collections_portal.backups.refusals import ArchiveTooNew, OtherDatabase, TargetNotEmpty
from collections_portal.backups.stores import Store, store_of
from collections_portal.config import Config
from core import clock, database_check, tenancy
from core.database import db
from core.organisations.queries import organisations_all
from core.refusals import Refusal
from core.transaction import reading, writing
from dunning import restoring


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--database-url", envvar="MIGRATION_URL", default="", help="The owner's address, if it is another role."
)
@click.option("--replace", is_flag=True, help="Put the backup in the place of the data that is there.")
def restore(file: Path, database_url: str, replace: bool) -> None:
    """Put the backup FILE back, with the portal stopped.

    The whole archive is checked before anything is touched. Afterwards nothing is sent and no run is approved
    until an administrator of each organisation releases it at the desk.
    """
    config = Config.from_environment()
    if database_url:
        config = replaced(config, database_url=database_url)
    config.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with tempfile.TemporaryDirectory(dir=config.var_dir, prefix=files.UNPACKED) as folder:
            unpacked = Path(folder)
            manifest = unpack(file, unpacked)
            standing = _put_back(config, manifest, unpacked, replace=replace)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Restored the backup of {manifest.made_at.isoformat()} with {manifest.files} uploaded files.")
    for name, listed in standing:
        click.echo(f"{name}: stands still; {listed} messages may have left since the backup.")


def _put_back(config: Config, manifest: Manifest, unpacked: Path, *, replace: bool) -> list[tuple[str, int]]:
    """Return each organisation's name with the number of messages that may have left since the backup."""
    store = store_of(config.database_url)
    _check(config, store, manifest, replace=replace)
    standing: list[tuple[str, int]] = []

    def finish(url: str) -> None:
        standing.extend(_stand_still(replaced(config, database_url=url), manifest.made_at))

    with files.unfinished(config.var_dir), files.put_back(unpacked, config.var_dir):
        store.put_back(unpacked / DATABASE, backup_at=manifest.made_at, finish=finish)
    return standing


def _check(config: Config, store: Store, manifest: Manifest, *, replace: bool) -> None:
    """Raise OtherDatabase, ArchiveTooNew, TargetForeign, TargetNotEmpty or PortalRuns."""
    if manifest.kind != store.kind:
        raise OtherDatabase(kind=manifest.kind, here=store.kind)
    if not database_check.knows(manifest.revision):
        raise ArchiveTooNew(what=f"revision {manifest.revision}")
    if store.holds_data() and not replace:
        raise TargetNotEmpty(where="in the database")
    if files.any_there(config.var_dir) and not replace:
        raise TargetNotEmpty(where=f"uploaded files in {config.var_dir}")
    store.require_quiet()


def _stand_still(config: Config, backup_at: datetime) -> list[tuple[str, int]]:
    """Bring the database to the newest migration and let every organisation stand still."""
    app, now = create_app(config, is_restoring=True), clock.now()
    with app.app_context(), tenancy.everywhere():
        try:
            # The migrations set context variables for themselves.
            copy_context().run(flask_migrate.upgrade)
            with reading():
                organisations = [(each.id, each.name) for each in organisations_all()]
            with writing():
                return [
                    (name, restoring.stand_still(organisation_id=id_, backup_at=backup_at, now=now))
                    for id_, name in organisations
                ]
        finally:
            db.session.remove()
            db.engine.dispose()
