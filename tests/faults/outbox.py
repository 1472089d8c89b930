"""An outbox full of messages, each to somebody of their own, and how it stands."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select

from collections_portal.app import create_app
from collections_portal.config import Config, Mail, Sms
from core import tenancy
from core.database import db
from core.organisations.models import Organisation
from core.transaction import reading, writing
from desk.message_lists import DOUBTFUL
from desk.views.messages import GROUPS
from invoices.models import Channel, ContactPoint, Debtor, Invoice
from links import operations as links
from links.models import AccessLink
from messaging.models import Message, MessageInvoice, MessageState, MessageTemplate
from messaging.providers.smtp import Encryption
from messaging.queries import messages_found
from messaging.queueing import queue
from tests import factories
from tests.factories import NOW
from tests.faults.copies import copies
from tests.faults.worker import process_of

SENDER = "portal@voltwerk.example"


@dataclass(frozen=True, slots=True)
class Kept:
    """How one message stands in the database; listed is what the desk shows an agent as doubtful."""

    recipient: str
    state: MessageState
    reason: str
    attempt: int
    held_by: str | None
    leased_until: datetime | None
    not_before: datetime
    ask_at: datetime | None = None
    handed_at: datetime | None = None
    losses: int = 0
    is_listed: bool = False

    @property
    def held_in(self) -> str | None:
        """The process of the worker that has it, dead or alive."""
        return process_of(self.held_by) if self.held_by else None

    @property
    def is_held(self) -> bool:
        """Whether somebody is at it."""
        return self.state in {MessageState.CLAIMED, MessageState.HANDING}

    @property
    def is_asked(self) -> bool:
        """Whether the provider is being asked what became of it."""
        return self.state is MessageState.UNKNOWN and self.reason == "ask"

    @property
    def waits_until(self) -> datetime | None:
        """When something happens to it by itself; None when that is now."""
        if self.state is MessageState.NEW:
            return self.not_before
        return self.ask_at if self.is_asked else self.leased_until

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        if self.state is MessageState.UNKNOWN:
            return self.leased_until is None and not self.is_asked
        return self.state is not MessageState.NEW and not self.is_held


def mail_config(*, database_url: str, folder: Path, port: int, redis_url: str = "") -> Config:
    """Return a configuration behind a proxy, with a mail server on loopback that is used without limit."""
    mail = Mail(
        host="127.0.0.1", port=port, encryption=Encryption.NONE, sender=SENDER, per_minute_organisation=0,
        per_minute_domain=0,
    )  # fmt: skip
    return Config.for_tests(
        database_url=database_url, var_dir=folder, testing=False, mail=mail, mailbox_dir=None, proxies=1,
        redis_url=redis_url,
    )  # fmt: skip


def sms_config(*, database_url: str, folder: Path, account_sid: str, token: str, url: str) -> Config:
    """Return a configuration with a Twilio on loopback."""
    sms = Sms(
        account_sid=account_sid, auth_tokens=(token,), per_second=1_000, from_number="Voltwerk", api_url=url
    )
    return Config.for_tests(
        database_url=database_url, var_dir=folder, testing=False, sms=sms, mailbox_dir=None
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """What a message is: its event, and whether it collects; then it is held when it is doubtful."""

    event: str
    collects: bool


REMINDER, LINK = Kind("reminder_1", collects=True), Kind("invoice_link", collects=False)
# Nobody can fill in the words that the organisation has for this one.
POISON = Kind("reminder_2", collects=True)
BROKEN_WORDS = "Kijk op ((link)) en ((onzin))."


class Outbox:
    """The messages of one database but those that were there before, seen from outside the workers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with self._room(), reading():
            self._last_before = db.session.scalar(select(func.max(Message.id))) or 0

    def fill(
        self,
        recipients: Sequence[str],
        *,
        channel: Channel = Channel.EMAIL,
        kinds: Sequence[Kind] = (REMINDER,),
        now: datetime = NOW,
    ) -> None:
        """Queue, for an organisation of its own, a message with a link and an invoice to each of these
        addresses or numbers; of several kinds each has its turn."""
        with self._room(), writing():
            owner = factories.organisation(sms_per_day=100_000)
            db.session.add(_broken_words(owner))
            first = _queued(owner, recipients[0], channel, kinds[0], now)
            _queue_more(first, recipients[1:], [*kinds[1:], kinds[0]])

    def fill_for_one(self, number: int) -> None:
        """Queue, for an organisation of its own, so many links to the address of one debtor."""
        with self._room(), writing():
            first = _queued(factories.organisation(), "sanne@mail.example", Channel.EMAIL, LINK, NOW)
            copies(
                first,
                number - 1,
                lambda n: {"dedupe_key": f"faults:{n}", "message_id": f"outbox-{uuid4().hex}"},
            )

    def states(self) -> list[Kept]:
        """Return how every message stands."""
        columns = (
            Message.recipient, Message.state, Message.state_reason, Message.attempt, Message.claimed_by,
            Message.leased_until, Message.not_before, Message.ask_at, Message.handed_at,
            Message.losses,
        )  # fmt: skip
        with self._room(), reading():
            listed = _listed_as_doubtful()
            mine = select(*columns, Message.id).where(Message.id > self._last_before)
            rows = db.session.execute(mine.order_by(Message.id))
            return [Kept(*(*tuple(row)[:-1], row[-1] in listed)) for row in rows]

    def holders(self) -> set[str]:
        """Return the processes of the workers, dead or alive, that hold a message."""
        held = Message.state.in_((MessageState.CLAIMED, MessageState.HANDING))
        with self._room(), reading():
            workers = db.session.scalars(select(Message.claimed_by).where(held).distinct())
            return {process_of(worker) for worker in workers if worker}

    def forget_connections(self) -> None:
        """Ask the database on new lines from now on: it was restarted."""
        with self.app.app_context():
            db.engine.dispose()

    @contextmanager
    def _room(self) -> Iterator[None]:
        with self.app.app_context(), tenancy.everywhere():
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


def _listed_as_doubtful() -> set[int]:
    """Return the ids of the messages on the desk's list of doubtful ones, all pages of it as one."""
    listed: set[int] = set()
    for owner_id in db.session.scalars(select(Organisation.id)).all():
        rows, _total = messages_found(
            organisation_id=owner_id, states=GROUPS[DOUBTFUL], in_trouble=True, size=1_000_000
        )
        listed |= {row.message.id for row in rows}
    return listed


def _broken_words(owner: Organisation) -> MessageTemplate:
    return MessageTemplate(
        organisation_id=owner.id,
        event=POISON.event,
        channel=Channel.EMAIL,
        language="nl",
        subject="Herinnering",
        body=BROKEN_WORDS,
        updated_at=NOW,
    )


def _queued(owner: Organisation, recipient: str, channel: Channel, kind: Kind, now: datetime) -> Message:
    debtor = factories.debtor(owner)
    contact = factories.contact_point(debtor, channel=channel, value=recipient)
    invoice = factories.invoice(debtor, factories.creditor(owner))
    link = links.issue(
        organisation=owner, debtor_id=debtor.id, contact_point_id=contact.id, channel=channel, now=now
    )
    return queue(
        organisation_id=owner.id,
        dedupe_key="faults:first",
        event=kind.event,
        channel=channel,
        language="nl",
        recipient=recipient,
        values={"creditor": ""},
        now=now,
        debtor_id=debtor.id,
        contact_point_id=contact.id,
        link_id=link.id,
        invoice_ids=[invoice.id],
        is_collection=kind.collects,
    )


def _queue_more(first: Message, recipients: Sequence[str], kinds: Sequence[Kind]) -> None:
    """Queue messages like the first, each to a debtor of its own with an invoice and a link."""
    number = len(recipients)
    about = db.session.scalars(select(MessageInvoice).where(MessageInvoice.message_id == first.id)).one()
    debtors = copies(
        db.session.get_one(Debtor, first.debtor_id), number, lambda n: {"customer_number": f"copy {n}"}
    )
    contacts = copies(
        db.session.get_one(ContactPoint, first.contact_point_id),
        number,
        lambda n: {"debtor_id": debtors[n], "value": recipients[n]},
    )
    invoices = copies(
        db.session.get_one(Invoice, about.invoice_id),
        number,
        lambda n: {"debtor_id": debtors[n], "number": f"copy {n}"},
    )
    ways_in = copies(
        db.session.get_one(AccessLink, first.link_id),
        number,
        lambda n: {"debtor_id": debtors[n], "contact_point_id": contacts[n]},
    )
    messages = copies(
        first,
        number,
        lambda n: {
            "debtor_id": debtors[n],
            "contact_point_id": contacts[n],
            "link_id": ways_in[n],
            "recipient": recipients[n],
            "dedupe_key": f"faults:{n}",
            "message_id": f"outbox-{uuid4().hex}",
            "event": kinds[n % len(kinds)].event,
            "is_collection": kinds[n % len(kinds)].collects,
        },
    )
    copies(about, number, lambda n: {"message_id": messages[n], "invoice_id": invoices[n]})
