"""`portal backup`: the database and every uploaded file in one archive, while the portal runs."""

import tempfile
from pathlib import Path

import click

from collections_portal.backups import files
from collections_portal.backups.archive import DATABASE, Manifest, packing
from collections_portal.backups.stores import store_of
from collections_portal.config import Config
from core import clock
from core.refusals import Refusal


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--database-url", envvar="MIGRATION_URL", default="", help="The owner's address, if it is another role."
)
def backup(file: Path, database_url: str) -> None:
    """Write a backup to FILE, a new file that only its owner can read. The portal may run meanwhile.

    The keys (PORTAL_SECRET_KEYS, PORTAL_LINK_KEYS) are not in it: keep them elsewhere.
    """
    config = Config.from_environment()
    files.require_finished(config.var_dir)
    try:
        manifest = _write(file.absolute(), config.var_dir, database_url or config.database_url)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{file}: {manifest.kind}, revision {manifest.revision}, {manifest.files} uploaded files.")


def _write(target: Path, var_dir: Path, database_url: str) -> Manifest:
    store, made_at = store_of(database_url), clock.now()
    with (
        packing(target) as packer,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder,
    ):
        # Every file that the copy of the database names was there before it or came while it was made.
        files.add_files(packer, var_dir)
        copy = Path(folder) / DATABASE
        revision = store.copy_to(copy)
        files.add_files(packer, var_dir)
        with copy.open("rb") as database:
            packer.add(DATABASE, database)
        return packer.seal(kind=store.kind, revision=revision, made_at=made_at)
