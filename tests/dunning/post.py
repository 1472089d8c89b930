"""The way from the outbox to a mail server on loopback, for tests of dunning."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from collections_portal.carriers import link_writer
from messaging.delivery import Carriers, Delivered, deliver_due
from messaging.journal import journal_in
from messaging.mail import Mailbox
from messaging.providers.smtp import Encryption, SmtpProvider, SmtpServer
from tests.fakes.smtp import SmtpSink


@dataclass
class Post:
    """A worker with one way out, and the mail server at its end."""

    app: Flask
    sink: SmtpSink

    def deliver(self, now: datetime) -> Delivered:
        """Hand over what is due at this moment."""
        server = SmtpServer("127.0.0.1", self.sink.port, encryption=Encryption.NONE, timeout=5)
        config = self.app.config["PORTAL"]
        carriers = Carriers(
            mail=lambda: SmtpProvider(server),
            sms=None,
            sender=Mailbox("", "portal@voltwerk.example"),
            journal=journal_in(config.var_dir),
        )
        return deliver_due(
            carriers=carriers,
            links_of=link_writer(config, lambda: now),
            clock=lambda: now,
            worker="worker",
            limit=50,
        )

    def recipients(self) -> list[str]:
        """Return who got mail, in order."""
        return [recipient for received in self.sink.received for recipient in received.recipients]

    def words(self) -> list[str]:
        """Return the plain text of every mail, in order."""
        texts = []
        for received in self.sink.received:
            part = received.mail.get_body(("plain",))
            texts.append(part.get_content() if part else "")
        return texts
