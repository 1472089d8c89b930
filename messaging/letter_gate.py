"""Whether a letter may be printed: asked in the transaction that puts it into a batch's PDF."""

from datetime import datetime

from sqlalchemy import select

from core.database import db
from core.organisations import restores
from core.organisations.models import Organisation
from core.refusals import Refusal
from invoices.locking import hold_together
from messaging.last_look import last_look, take_out
from messaging.letter_models import LetterBatch
from messaging.letter_sheets import AddressIncomplete, Letter, letter_of
from messaging.link_text import LinksOf, LinkText
from messaging.models import Message, MessageState
from messaging.rendering import invoices_in
from messaging.standing import standing_of


def admitted(
    *, batch: LetterBatch, message_id: int, links_of: LinksOf, number: int, now: datetime
) -> Letter | None:
    """Return the letter to print and mark it `handing`, or None when it is kept back; the message says why.

    Unlike a mail it is not put off: what may not leave now is for the next run to write anew. Raises
    NotReleased.
    """
    restores.require_released(organisation_id=batch.organisation_id)
    held = select(Message).where(Message.organisation_id == batch.organisation_id, Message.id == message_id)
    message = db.session.scalars(held.with_for_update().execution_options(populate_existing=True)).one()
    if message.state is not MessageState.NEW:
        return None
    link = links_of([message]).get(message.id)
    ended = _why_not(message, link, now)
    if ended is None and link is not None:
        try:
            letter = letter_of(message=message, link=link, number=number, now=now)
        except AddressIncomplete:
            ended = MessageState.SUPPRESSED, "no_address"
        except Refusal as refusal:
            ended = MessageState.FAILED, f"not_rendered {refusal}"[:240]
        else:
            _mark(message, letter, batch, number, now)
            return letter
    if ended is not None:
        message.state, message.state_reason = ended
        db.session.flush()
    return None


def _why_not(message: Message, link: LinkText | None, now: datetime) -> tuple[MessageState, str] | None:
    """Return how the letter ends before it is written, and why; None when it may be printed."""
    if message.expires_at is not None and message.expires_at <= now:
        return MessageState.EXPIRED, "too_late"
    if link is None:
        return MessageState.SUPPRESSED, "link_ended"
    why_not = _why_not_collect(message, now) if message.is_collection else ""
    return (MessageState.SUPPRESSED, why_not) if why_not else None


def _mark(message: Message, letter: Letter, batch: LetterBatch, number: int, now: datetime) -> None:
    message.state, message.state_reason = MessageState.HANDING, ""
    message.claimed_by, message.handed_at = f"letters:{batch.public_id}", now
    message.attempt += 1
    message.recipient, message.subject, message.body = letter.recipient, letter.subject, letter.body
    message.sent_sha256, message.letter_number = letter.sha256, number
    db.session.flush()


def _why_not_collect(message: Message, now: datetime) -> str:
    """Return why a collection letter may not be printed; invoices that may not be dunned are taken out."""
    organisation_id = message.organisation_id
    organisation = db.session.get_one(Organisation, organisation_id)
    about_all = invoices_in(message)
    held = hold_together(organisation_id=organisation_id, debtor_id=message.debtor_id, invoice_ids=about_all)
    standing = standing_of(organisation=organisation, message_id=message.id, now=now)
    if standing.is_paused:
        return "paused"
    if standing.week_has_room_at(now) > now:
        return "week_full"
    about = {"organisation_id": organisation_id, "message_id": message.id}
    found = last_look(
        **about,
        invoice_ids=about_all,
        invoices=held.invoices,
        has_exemptions=standing.has_exemptions,
    )
    if found.blocked and not found.why_not:
        take_out(**about, invoice_ids=found.blocked)
    return found.why_not
