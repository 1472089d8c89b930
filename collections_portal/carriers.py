"""The ways out of this installation: which providers carry e-mail and SMS, and what a link's text is."""

import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from collections_portal.config import Config
from core.database import db
from core.members.models import Member
from core.organisations.models import Organisation
from core.web.accounts import LinkKind, password_link
from invoices.models import Channel
from links.queries import WayIn, address_of, address_to_type, ways_in
from links.samples import sample_link
from links.validity import length_of
from messaging import callbacks
from messaging.delivery import Carriers
from messaging.journal import journal_in
from messaging.link_text import LinksOf, LinkText
from messaging.mail import Mailbox
from messaging.member_mail import INVITED, is_still_meant
from messaging.models import Message
from messaging.previews import is_test
from messaging.providers.files import FileProvider
from messaging.providers.outcomes import OutgoingSms, Provider
from messaging.providers.smtp import SmtpProvider, SmtpServer
from messaging.rates import Rates
from messaging.return_path import ReturnPath


def carriers_of(config: Config) -> Carriers:
    """Return the providers the configuration names; a channel without one goes to the mailbox, if any."""
    folder = config.mailbox_dir
    files = (lambda: FileProvider(folder)) if folder is not None else None
    return Carriers(
        mail=(lambda: SmtpProvider(_server(config))) if config.mail.host else files,
        sms=(lambda: _twilio(config)) if config.sms.account_sid else files,
        sender=_sender(config),
        journal=journal_in(config.var_dir),
        rates=Rates(organisation=config.mail.per_minute_organisation, domain=config.mail.per_minute_domain),
        sms_per_minute=config.sms.per_second * 60 if config.sms.account_sid else 0,
        return_path=return_path_of(config),
    )


def return_path_of(config: Config) -> ReturnPath | None:
    """Return how the addresses bounces come back to are signed, or None when no domain is set aside."""
    domain = config.mail.bounce_domain
    return ReturnPath(domain, config.secret_keys) if domain else None


def link_writer(config: Config, clock: Callable[[], datetime]) -> LinksOf:
    """Return what says what messages tell about their links: the address, and how long it works."""

    def write(messages: Sequence[Message]) -> dict[int, LinkText]:
        ways, now = _ways_in(messages), clock()
        said = {message.id: _link_text(config, message, ways, now) for message in messages}
        return {message_id: link for message_id, link in said.items() if link is not None}

    return write


def _ways_in(messages: Sequence[Message]) -> dict[int, WayIn]:
    """Return how the links of these messages stand, asked about once for each organisation."""
    of_each: dict[int, set[int]] = {}
    for message in messages:
        if message.link_id is not None:
            of_each.setdefault(message.organisation_id, set()).add(message.link_id)
    ways: dict[int, WayIn] = {}
    for organisation_id, ids in of_each.items():
        ways |= ways_in(organisation_id=organisation_id, link_ids=sorted(ids))
    return ways


def _link_text(config: Config, message: Message, ways: Mapping[int, WayIn], now: datetime) -> LinkText | None:
    if is_test(message):
        owner = db.session.get_one(Organisation, message.organisation_id)
        return sample_link(organisation=owner, base_url=config.public_url, now=message.created_at)
    if message.member_id is not None:
        return _members_link(message, now=now)
    if message.link_id is None:
        return None
    link = ways[message.link_id]
    if link.revoked_at is not None or link.expires_at <= now or link.closed_at is not None:
        return None
    site, code = "", ""
    if message.channel is Channel.LETTER:
        site, code = address_to_type(link, base_url=config.public_url, keys=config.link_keys)
    return LinkText(
        url=address_of(link, base_url=config.public_url, keys=config.link_keys),
        site=site,
        code=code,
        valid_until=link.expires_at,
        valid_for=length_of(issued_at=link.issued_at, expires_at=link.expires_at, zone=link.zone),
    )


def _members_link(message: Message, *, now: datetime) -> LinkText | None:
    member = db.session.get_one(Member, message.member_id)
    until = message.expires_at
    if until is None or until <= now or not is_still_meant(message, member):
        return None
    kind = LinkKind.INVITATION if message.event == INVITED else LinkKind.RESET
    url = password_link(member, kind, valid_until=until)
    return LinkText(url=url, valid_until=until, valid_for=until - message.created_at)


def worker_name() -> str:
    """Return a name for this thread of this process on this host."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident()}"


def report_address(config: Config, public_id: str, attempt: int) -> str:
    """Return where Twilio reports what became of an attempt, on the public address."""
    name = callbacks.name_of(public_id=public_id, attempt=attempt, keys=config.secret_keys)
    return f"{config.public_url}/hooks/twilio/status/{name}"


def _sender(config: Config) -> Mailbox:
    host = urlsplit(config.public_url).hostname or "localhost"
    return Mailbox("", config.mail.sender or f"portal@{host}.example")


def _server(config: Config) -> SmtpServer:
    mail = config.mail
    return SmtpServer(
        host=mail.host,
        port=mail.port,
        username=mail.user or None,
        password=mail.password or None,
        encryption=mail.encryption,
        ca_file=mail.ca_file or None,
    )


def _twilio(config: Config) -> Provider[OutgoingSms]:
    """Return Twilio's client, which takes half a second to load: only who sends SMS loads it."""
    from messaging.providers.twilio import (  # noqa: PLC0415  only who sends SMS waits for it
        TwilioAccount,
        TwilioProvider,
    )

    sms = config.sms
    return TwilioProvider(
        TwilioAccount(
            account_sid=sms.account_sid,
            auth_token=sms.auth_tokens[-1],
            sender=sms.from_number or None,
            messaging_service_sid=sms.messaging_service_sid or None,
            reports_to=partial(report_address, config),
            base_url=sms.api_url,
        )
    )
