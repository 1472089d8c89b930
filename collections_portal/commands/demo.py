"""`portal demo`: a made-up organisation with a past, served at once; `--story` runs the main job instead."""

import fcntl
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TextIO

import click
import flask_migrate
from flask import Flask

from collections_portal import serving
from collections_portal.app import create_app
from collections_portal.config import Config
from collections_portal.demo import founding, past
from collections_portal.demo.founding import Key
from collections_portal.story import tell
from core import clock, tenancy
from core.clock import day_in
from core.organisations.models import Organisation
from core.transaction import writing
from core.web import logs

STAR = "20418"


@click.command()
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=int)
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--story", is_flag=True, help="Run the main job end to end, check each step, and stop.")
@click.option(
    "--invoices", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The story's file."
)
def demo(host: str, port: int, folder: Path, story: bool, invoices: Path | None) -> None:
    """Serve a demo with an organisation, members, debtors, invoices, answers, and a mailbox to read."""
    if story:
        sys.exit(tell.run(invoices))
    if invoices is not None:
        raise click.UsageError("--invoices goes with --story.")
    _try_port(host, port)
    with _fresh(folder):
        logs.configure(file=folder / "portal.log")
        config = _config(host, port, folder)
        app = create_app(config)
        organisation, keys = _found(app, config)
        link = _link(app, config, organisation)
        serving.serve(app, host=host, port=port, started=lambda _port: _welcome(config, link, keys))


def _try_port(host: str, port: int) -> None:
    """Refuse before anything is removed or made: founding the demo takes a while."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.UsageError(
                f"{host}:{port} cannot be used ({error.strerror}): perhaps a demo is running already. "
                "Stop it, or name another --port and another --folder."
            ) from error


@contextmanager
def _fresh(folder: Path) -> Iterator[None]:
    """Every demo starts anew: what an earlier one left is removed, but not under one that is running."""
    marker = folder / "this-is-a-demo"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise click.UsageError(f"{folder} holds something that is no demo; name another folder.")
    if marker.exists():
        with marker.open() as before:
            _hold(before, folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with marker.open("w") as ours:
        _hold(ours, folder)
        yield


def _hold(marker: TextIO, folder: Path) -> None:
    """Lock the marker for as long as it is open; a process that ends lets go by itself."""
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise click.UsageError(
            f"A demo is running in {folder}: stop it, or take another --folder."
        ) from error


def name_of(host: str) -> str:
    """Return how a browser on this machine calls the address that is listened on."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    # Nobody can open the address that stands for all of them; the loopback of IPv6 has the same name.
    return "localhost" if address.is_unspecified or address == IPv6Address("::1") else host


def _config(host: str, port: int, folder: Path) -> Config:
    return Config(
        public_url=f"http://{name_of(host)}:{port}",
        secret_keys=(secrets.token_urlsafe(48),),
        link_keys=(secrets.token_urlsafe(48),),
        database_url=f"sqlite:///{folder.absolute() / 'portal.sqlite'}",
        var_dir=folder.absolute(),
        mailbox_dir=folder.absolute() / "mailbox",
        demo=True,
    )


def _found(app: Flask, config: Config) -> tuple[Organisation, list[Key]]:
    now = clock.now()
    with app.app_context():
        flask_migrate.upgrade()
        with tenancy.everywhere(), writing():
            organisation = founding.found(now=now)
        today = day_in(now, organisation.zone)
        with tenancy.scope(organisation.id), writing():
            founding.equip(organisation, now=now)
            keys = founding.staff(organisation, now=now)
            founding.debtors(organisation, today=today, now=now)
        past.remind(organisation, config, now=now)
        with tenancy.scope(organisation.id), writing():
            founding.settle(organisation, today=today, now=now)
        past.answer(organisation, config, now=now)
        past.propose(organisation, now=now)
    return organisation, keys


def _link(app: Flask, config: Config, organisation: Organisation) -> str:
    with app.app_context():
        return past.link_for(organisation, config, customer_number=STAR, now=clock.now())


def _welcome(config: Config, link: str, keys: list[Key]) -> None:
    click.echo(
        f"\nThe demo is ready. It forgets everything when it starts again.\n\nA debtor's link:  {link}"
    )
    click.echo(f"Demo mailbox:     {config.public_url}/demo/mailbox")
    click.echo(f"The desk:         {config.public_url}/desk/sign-in")
    for key in keys:
        click.echo(f"  {key.role.value:14} {key.email:26} {key.password}")
    click.echo("\nStop it with Ctrl-C.")
