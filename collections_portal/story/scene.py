"""Where the story plays: a throw-away database, a web server and a mail server, all on loopback."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import func, select
from waitress.server import create_server

from collections_portal import jobs
from collections_portal.app import create_app
from collections_portal.carriers import carriers_of, link_writer
from collections_portal.config import Config, Mail
from collections_portal.demo import founding
from collections_portal.story.sink import Sink
from core import clock, tenancy
from core.database import db
from core.organisations.models import Organisation
from core.transaction import reading, writing
from core.web import logs
from messaging.contact_hours import next_moment_anywhere
from messaging.delivery import deliver_due
from messaging.providers.files import newest_first
from messaging.providers.smtp import Encryption


class Scene:
    """The technical side: the application, its server, and its work done at a given moment."""

    def __init__(self, app: Flask, config: Config, sink: Sink, folder: Path) -> None:
        self.app = app
        self.config = config
        self.sink = sink
        self.folder = folder
        with app.app_context():
            flask_migrate.upgrade()
            with tenancy.everywhere(), writing():
                self.organisation: Organisation = founding.found(now=clock.now())
            with tenancy.scope(self.organisation.id), writing():
                founding.equip(self.organisation, now=clock.now())
                self.agent = founding.staff(self.organisation, now=clock.now())[0]

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Read as this organisation."""
        with self.app.app_context(), tenancy.scope(self.organisation.id), reading():
            yield

    def pass_by(self, span: timedelta) -> None:
        """Put the clock on, for the web server as for everybody here: they are threads of one process.

        It is the same as if this machine's clock were so far behind the database server's.
        """
        shown = clock.of_machine()
        clock.agree(shared=clock.now() + span, shown=shown)

    def deliver(self) -> None:
        """Do what a worker does: go on with runs that were approved, and send until nothing is left.

        At night and on holidays that is at the first moment after at which reminders may leave.
        """

        def moment() -> datetime:
            return next_moment_anywhere(zone=self.organisation.zone, at=clock.now())

        with self.app.app_context():
            jobs.run_schedule(self.app)
            done = 1
            while done:
                done = deliver_due(
                    carriers=carriers_of(self.config),
                    links_of=link_writer(self.config, moment),
                    clock=moment,
                    worker="story",
                ).total

    def texts(self) -> list[str]:
        """Return the SMS handed over so far."""
        folder = self.config.mailbox_dir
        return [message.text for message in newest_first(folder)] if folder else []

    def mail_texts(self, *, to: str = "") -> list[str]:
        """Return the plain text of the e-mails that arrived so far, at this address or at all of them."""
        bodies = (mail.get_body(("plain",)) for mail in self.sink.received if to in str(mail["To"]))
        return [str(body.get_content()) for body in bodies if body is not None]

    def fingerprint(self) -> str:
        """Return a hash over every row of every table."""
        digest = sha256()
        with self.app.app_context(), tenancy.everywhere(), reading():
            for table in db.metadata.sorted_tables:
                for row in db.session.execute(select(table).order_by(*table.primary_key.columns)):
                    digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()

    def count(self, model: type) -> int:
        """Return how many rows of a table the organisation has."""
        with self.looking():
            return db.session.scalar(select(func.count()).select_from(model)) or 0


@contextmanager
def served(folder: Path) -> Iterator[Scene]:
    """Serve a new portal on a free port of loopback with a mail server beside it, until the block ends."""
    logs.configure(file=folder / "portal.log")
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = _config(folder, mail_port=sink.start(), port=listening.getsockname()[1])
        app = create_app(config)
        server = create_server(app, sockets=[listening], threads=4)
        web = threading.Thread(target=server.run, daemon=True)
        web.start()
        try:
            yield Scene(app, config, sink, folder)
        finally:
            server.close()
            sink.stop()
            clock.agree(shared=clock.of_machine(), shown=clock.of_machine())
            with app.app_context():
                db.engine.dispose()


def _config(folder: Path, *, mail_port: int, port: int) -> Config:
    return Config(
        public_url=f"http://127.0.0.1:{port}",
        secret_keys=(secrets.token_urlsafe(48),),
        link_keys=(secrets.token_urlsafe(48),),
        database_url=f"sqlite:///{folder / 'portal.sqlite'}",
        var_dir=folder,
        mailbox_dir=folder / "mailbox",
        mail=Mail(
            host="127.0.0.1", port=mail_port, encryption=Encryption.NONE, sender="portal@voltwerk.example"
        ),
    )
