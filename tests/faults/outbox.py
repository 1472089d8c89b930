"""An outbox full of messages, each to somebody of their own, and how it stands."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from collections_portal.app import create_app
from collections_portal.config import Config, Mail, Sms
from core import tenancy
from core.database import db
from core.organisations.models import Creditor, Organisation
from core.transaction import reading, writing
from invoices.models import Channel
from links import operations as links
from messaging.models import Message, MessageState
from messaging.providers.smtp import Encryption
from messaging.queueing import queue
from tests import factories
from tests.factories import NOW

SENDER = "portal@voltwerk.example"


@dataclass(frozen=True, slots=True)
class Kept:
    """How one message stands in the database."""

    recipient: str
    state: MessageState
    reason: str
    attempt: int
    held_by: str | None
    leased_until: datetime | None
    not_before: datetime

    @property
    def is_held(self) -> bool:
        """Whether somebody is at it."""
        return self.state in {MessageState.CLAIMED, MessageState.HANDING}

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        if self.state is MessageState.UNKNOWN:
            return self.leased_until is None and self.reason != "ask"
        return self.state is not MessageState.NEW and not self.is_held


def mail_config(*, database_url: str, folder: Path, port: int) -> Config:
    """Return a configuration with a mail server on loopback and no limit to how fast it is used."""
    mail = Mail(
        host="127.0.0.1", port=port, encryption=Encryption.NONE, sender=SENDER, per_minute_organisation=0,
        per_minute_domain=0,
    )  # fmt: skip
    return Config.for_tests(database_url=database_url, var_dir=folder, testing=False, mail=mail)


def sms_config(*, database_url: str, folder: Path, account_sid: str, token: str, url: str) -> Config:
    """Return a configuration with a Twilio on loopback."""
    sms = Sms(
        account_sid=account_sid, auth_tokens=(token,), per_second=1_000, from_number="Voltwerk", api_url=url
    )
    return Config.for_tests(database_url=database_url, var_dir=folder, testing=False, sms=sms)


class Outbox:
    """The messages of one database, seen from outside the workers."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def fill(self, recipients: Collection[str], *, channel: Channel, event: str, collects: bool) -> None:
        """Queue a message with a link and an invoice for each of these addresses or numbers."""
        with self._room(), writing():
            owner = factories.organisation(sms_per_day=100_000)
            creditor = factories.creditor(owner)
            for number, recipient in enumerate(recipients):
                self._queue(owner, creditor, number, recipient, channel, event, collects)

    def states(self) -> list[Kept]:
        """Return how every message stands."""
        columns = (
            Message.recipient, Message.state, Message.state_reason, Message.attempt, Message.claimed_by,
            Message.leased_until, Message.not_before,
        )  # fmt: skip
        with self._room(), reading():
            return [Kept(*row) for row in db.session.execute(select(*columns).order_by(Message.id))]

    def holders(self) -> set[str | None]:
        """Return the names of the workers, dead or alive, that hold a message."""
        held = Message.state.in_((MessageState.CLAIMED, MessageState.HANDING))
        with self._room(), reading():
            return set(db.session.scalars(select(Message.claimed_by).where(held).distinct()))

    def _queue(
        self,
        owner: Organisation,
        creditor: Creditor,
        number: int,
        recipient: str,
        channel: Channel,
        event: str,
        collects: bool,
    ) -> None:
        debtor = factories.debtor(owner)
        contact = factories.contact_point(debtor, channel=channel, value=recipient)
        invoice = factories.invoice(debtor, creditor)
        link = links.issue(
            organisation=owner, debtor_id=debtor.id, contact_point_id=contact.id, channel=channel, now=NOW
        )
        queue(
            organisation_id=owner.id,
            dedupe_key=f"faults:{number}",
            event=event,
            channel=channel,
            language="nl",
            recipient=recipient,
            values={"creditor": ""},
            now=NOW,
            debtor_id=debtor.id,
            contact_point_id=contact.id,
            link_id=link.id,
            invoice_ids=[invoice.id],
            is_collection=collects,
        )

    @contextmanager
    def _room(self) -> Iterator[None]:
        with self._app.app_context(), tenancy.everywhere():
            yield
            db.session.remove()


@contextmanager
def outbox_of(config: Config) -> Iterator[Outbox]:
    """Open the database from this process, which is never killed."""
    app = create_app(config)
    try:
        yield Outbox(app)
    finally:
        with app.app_context():
            db.engine.dispose()
