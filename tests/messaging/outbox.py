"""An organisation's outbox and its ways out: a mail server and Twilio, both on loopback; a clock by hand."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self

from flask import Flask
from sqlalchemy import select

from collections_portal.carriers import link_writer, report_address
from core.database import db
from core.organisations.models import Creditor, Organisation
from invoices.models import Channel, ContactPoint, Debtor, Invoice
from links import operations as link_operations
from links.models import AccessLink
from links.queries import address_of
from messaging.asking import ask_due
from messaging.delivery import Carriers, deliver_due
from messaging.journal import journal_in
from messaging.mail import Mailbox
from messaging.models import Message, MessageAttempt
from messaging.providers.outcomes import BeforeHanding, Outcome, OutgoingMail, OutgoingSms, Provider
from messaging.providers.smtp import Encryption, SmtpProvider, SmtpServer
from messaging.providers.twilio import TwilioAccount, TwilioProvider
from messaging.queueing import queue
from messaging.rates import Rates
from messaging.return_path import ReturnPath
from tests import factories
from tests.factories import NOW
from tests.fakes.smtp import SmtpSink
from tests.fakes.twilio import FakeTwilio


class Killed(BaseException):
    """The worker's process ends here."""


@dataclass
class Outbox:
    """Everything a test of delivery needs; what it queues is committed."""

    app: Flask
    organisation: Organisation
    creditor: Creditor
    sink: SmtpSink
    twilio: FakeTwilio
    now: datetime = NOW
    sender: Mailbox = field(default_factory=lambda: Mailbox("", "portal@voltwerk.example"))
    return_path: ReturnPath | None = None

    def debtor(self, *, sms: str = "", **changes: Any) -> tuple[Debtor, ContactPoint]:
        """Store a debtor with an e-mail address, or with this mobile number."""
        debtor = factories.debtor(self.organisation, **changes)
        contact = {"channel": Channel.SMS, "value": sms} if sms else {}
        return debtor, factories.contact_point(debtor, **contact)

    def write(
        self,
        to: tuple[Debtor, ContactPoint] | None = None,
        *,
        about: Collection[Invoice] | None = None,
        **changes: Any,
    ) -> Message:
        """Queue a first reminder with a link, about one invoice unless told otherwise."""
        debtor, contact = to or self.debtor()
        invoices = [self.invoice(debtor)] if about is None else about
        link = link_operations.issue(
            organisation=self.organisation,
            debtor_id=debtor.id,
            contact_point_id=contact.id,
            channel=contact.channel,
            now=self.now,
        )
        values: dict[str, Any] = {
            "organisation_id": self.organisation.id,
            "dedupe_key": f"reminder:{debtor.id}",
            "event": "reminder_1",
            "channel": contact.channel,
            "language": debtor.language,
            "recipient": contact.value,
            "values": {"creditor": ""},
            "now": self.now,
            "debtor_id": debtor.id,
            "contact_point_id": contact.id,
            "link_id": link.id,
            "invoice_ids": [invoice.id for invoice in invoices],
            "is_collection": True,
        }
        message = queue(**(values | changes))
        db.session.commit()
        return message

    def invoice(self, debtor: Debtor, **changes: Any) -> Invoice:
        """Store an open invoice."""
        return factories.invoice(debtor, self.creditor, **changes)

    def carriers(self) -> Carriers:
        """Return both ways out."""
        return Carriers(
            mail=self.mail,
            sms=self.sms,
            sender=self.sender,
            journal=journal_in(self.app.config["PORTAL"].var_dir),
            return_path=self.return_path,
        )

    def mail(self) -> Provider[OutgoingMail]:
        """Open the way to the mail server."""
        return SmtpProvider(SmtpServer("127.0.0.1", self.sink.port, encryption=Encryption.NONE, timeout=5))

    def sms(self) -> Provider[OutgoingSms]:
        """Open the way to Twilio."""
        twilio = self.twilio
        return TwilioProvider(
            TwilioAccount(
                twilio.account_sid, twilio.auth_token, sender="Voltwerk", base_url=twilio.base_url,
                reports_to=partial(report_address, self.app.config["PORTAL"]), read_timeout=5,
            )
        )  # fmt: skip

    def deliver(
        self,
        *,
        worker: str = "worker",
        limit: int = 50,
        mail: Callable[[], Provider[OutgoingMail]] | None = None,
        rates: Rates | None = None,
        ending: Callable[[], bool] = lambda: False,
    ) -> dict[str, int]:
        """Carry out what is due now; return how many messages came to which outcome."""
        carriers = replace(self.carriers(), mail=mail or self.mail, rates=rates or Rates())
        config = self.app.config["PORTAL"]
        return deliver_due(
            carriers=carriers,
            links_of=link_writer(config, lambda: self.now),
            clock=lambda: self.now,
            worker=worker,
            limit=limit,
            ending=ending,
        ).outcomes

    def ask(self) -> int:
        """Ask what became of doubtful SMS; return for how many it was asked."""
        config = self.app.config["PORTAL"]
        return ask_due(
            opened=self.sms,
            links_of=link_writer(config, lambda: self.now),
            clock=lambda: self.now,
        )

    def pass_by(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def fresh(self, message: Message) -> Message:
        """Return the message as it stands now."""
        row = select(Message).where(Message.id == message.id).execution_options(populate_existing=True)
        found = db.session.scalars(row).one()
        db.session.rollback()
        db.session.refresh(found)
        return found

    def attempts(self, message: Message) -> list[tuple[int, str, str]]:
        """Return number, outcome and code of each attempt."""
        rows = (
            select(MessageAttempt.attempt, MessageAttempt.outcome, MessageAttempt.code)
            .where(MessageAttempt.message_id == message.id)
            .order_by(MessageAttempt.attempt)
        )
        return [(number, outcome, code) for number, outcome, code in db.session.execute(rows)]

    def address_of(self, message: Message) -> str:
        """Return the address its link has."""
        config = self.app.config["PORTAL"]
        link = db.session.get_one(AccessLink, message.link_id)
        return address_of(link, base_url=config.public_url, keys=config.link_keys)

    def words(self, position: int = -1) -> str:
        """Return the plain text of a mail that arrived."""
        part = self.sink.received[position].mail.get_body(("plain",))
        return part.get_content() if part else ""

    def recipients(self) -> list[str]:
        """Return who got mail, in order."""
        return [recipient for received in self.sink.received for recipient in received.recipients]


@contextmanager
def mail_server_away(sink: SmtpSink) -> Iterator[None]:
    """Let the mail server refuse connections for a while."""
    sink.stop()
    yield
    sink.start()


@dataclass
class Around:
    """A way out around another one, that ends as that one ends."""

    provider: Provider[OutgoingMail]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.__exit__(kind, error, trace)


@dataclass
class Interrupted(Around):
    """A way out on which something happens between the words and the final dot: before or after the gate."""

    before_gate: Callable[[], object] = lambda: None
    after_gate: Callable[[], object] = lambda: None

    def hand_over(self, message: OutgoingMail, *, before_handing: BeforeHanding) -> Outcome:
        """Hand over, with the interruptions around the gate."""

        def interrupted() -> bool:
            self.before_gate()
            opens = before_handing()
            self.after_gate()
            return opens

        return self.provider.hand_over(message, before_handing=interrupted)
