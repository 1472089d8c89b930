"""Messages of one organisation written together: what all of them need is asked of the database at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Self

from sqlalchemy import bindparam, select

from core import prepared
from core.database import db
from core.organisations.models import Organisation
from core.refusals import Refusal
from invoices.models import Debtor
from messaging.charges import charged_among
from messaging.claims import Claim
from messaging.link_text import LinksOf, LinkText, has_link
from messaging.mail import Mailbox
from messaging.models import Message, MessageInvoice
from messaging.providers.outcomes import OutgoingMail
from messaging.rendering import Rendered, Texts, render, texts_of
from messaging.return_path import ReturnPath
from messaging.standing import Standing, standings, why_not_leave

_OF_MESSAGES = (
    select(MessageInvoice.message_id, MessageInvoice.invoice_id)
    .where(
        MessageInvoice.organisation_id == bindparam("of_organisation"),
        MessageInvoice.message_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(MessageInvoice.invoice_id)
)


@dataclass(frozen=True, slots=True)
class Written:
    """A message ready to leave, and whom it is from; both as they were when it was written."""

    message: Message
    organisation: Organisation
    rendered: Rendered


# What a message became, why nothing is sent to its recipient, or why it cannot be written.
Attempted = Written | str | Refusal


@dataclass(frozen=True, slots=True)
class Pen:
    """What messages are written with: who sends them, and what they say about their links."""

    sender: Mailbox
    return_path: ReturnPath | None
    links_of: LinksOf

    def write(self, held: Sequence[Claim], now: datetime) -> dict[int, Attempted]:
        """Write the messages of these claims, which are all of one organisation, as they would leave now.

        What is returned stands apart from the session: it outlives the transaction it was read in.
        """
        known = _Known.of(held, now)
        links = self.links_of([message for message in known.messages if has_link(message)])
        attempted = {
            message.id: self._attempt(message, links.get(message.id), known, now)
            for message in known.messages
        }
        for row in (*known.messages, known.organisation):
            db.session.expunge(row)
        return attempted

    def _attempt(self, message: Message, link: LinkText | None, known: "_Known", now: datetime) -> Attempted:
        why_not = why_not_leave(message, known.standings[message.id], link)
        if why_not:
            return why_not
        try:
            made = render(
                message=message,
                organisation=known.organisation,
                invoice_ids=known.invoice_ids.get(message.id, ()),
                is_charged=message.id in known.charged,
                texts=known.texts,
                link=link,
                sender=self.sender,
                now=now,
            )
        except Refusal as refusal:
            return refusal
        return Written(message, known.organisation, self._with_return_path(made, message.public_id))

    def _with_return_path(self, made: Rendered, public_id: str) -> Rendered:
        if self.return_path is None or not isinstance(made.outgoing, OutgoingMail):
            return made
        sender = self.return_path.address_of(public_id)
        return replace(made, outgoing=replace(made.outgoing, sender=sender))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the messages need. The debtors are only held: the session forgets what nobody holds."""

    organisation: Organisation
    messages: Sequence[Message]
    debtors: Sequence[Debtor]
    invoice_ids: Mapping[int, tuple[int, ...]]
    charged: frozenset[int]
    standings: Mapping[int, Standing]
    texts: Texts

    @classmethod
    def of(cls, held: Sequence[Claim], now: datetime) -> Self:
        organisation_id, ids = held[0].organisation_id, [claim.id for claim in held]
        # The claim changed the rows behind the session's back; their new attempts stand in what leaves.
        messages = db.session.scalars(
            select(Message).where(Message.id.in_(ids)).execution_options(populate_existing=True)
        ).all()
        debtor_ids = [message.debtor_id for message in messages if message.debtor_id is not None]
        invoice_ids = _invoice_ids(organisation_id, ids)
        charged = charged_among(
            organisation_id=organisation_id,
            invoice_ids=[one for some in invoice_ids.values() for one in some],
        )
        organisation = db.session.get_one(Organisation, organisation_id)
        return cls(
            organisation=organisation,
            messages=messages,
            debtors=db.session.scalars(select(Debtor).where(Debtor.id.in_(debtor_ids))).all(),
            invoice_ids=invoice_ids,
            charged=frozenset(one for one, some in invoice_ids.items() if charged.intersection(some)),
            standings=standings(organisation=organisation, message_ids=ids, now=now),
            texts=cache(texts_of),
        )


def _invoice_ids(organisation_id: int, message_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for message_id, invoice_id in prepared.ask(
        _OF_MESSAGES, organisation_id=organisation_id, ids=message_ids
    ):
        found[message_id] = (*found.get(message_id, ()), invoice_id)
    return found
