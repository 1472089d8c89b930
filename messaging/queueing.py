"""Putting messages into the outbox, one or many at once, in the caller's transaction."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.bulk import store_all
from core.database import db
from core.identifiers import public_ids
from core.planner import look_at_growth
from invoices.models import Channel
from messaging.events import EVENTS
from messaging.models import Message, MessageInvoice


class Draft(TypedDict, total=False):
    """A message to be queued, with its reason; it goes to a debtor or to a member.

    `values` are the placeholders only the caller knows; greeting, organisation, link and the number of
    invoices are filled when it is sent, so that no link's key lies in the outbox. It leaves from `not_before`
    on (now, if not said) and not from `expires_at` on. `behind_ids` are those of its invoices that have not
    come as far as its text (see `MessageInvoice`).
    """

    dedupe_key: Required[str]
    event: Required[str]
    channel: Required[Channel]
    language: Required[str]
    recipient: Required[str]
    values: Required[dict[str, str]]
    debtor_id: int | None
    contact_point_id: int | None
    member_id: int | None
    link_id: int | None
    letter_batch_id: int | None
    invoice_ids: Collection[int]
    behind_ids: Collection[int]
    is_collection: bool
    is_approach: bool
    not_before: datetime | None
    expires_at: datetime | None


# What a draft may leave out.
_NOTHING = dict.fromkeys(
    ("debtor_id", "contact_point_id", "member_id", "link_id", "letter_batch_id", "expires_at")
)


def queue(*, organisation_id: int, now: datetime, **draft: Unpack[Draft]) -> Message:
    """Store a message and return it; a worker sends it after the commit.

    The same `dedupe_key` again returns the message that is there.
    """
    known = select(Message).where(
        Message.organisation_id == organisation_id, Message.dedupe_key == draft["dedupe_key"]
    )
    before = db.session.scalar(known)
    if before is not None:
        return before
    message = Message(organisation_id=organisation_id, created_at=now, **_said(draft, now))
    try:
        with db.session.begin_nested():
            db.session.add(message)
    except IntegrityError:
        # Somebody queued it at the same moment; any other fault is not ours to hide.
        before = db.session.scalar(known)
        if before is None:
            raise
        return before
    _store_invoices([(message.id, draft)], organisation_id)
    return message


def queue_all(*, organisation_id: int, now: datetime, drafts: Sequence[Draft]) -> dict[str, int]:
    """Store a message for each draft and return their ids by `dedupe_key`.

    For callers who hold what their keys are made of and know that none is there: one that is fails them all.
    """
    stored = store_all(
        Message,
        [_row(draft, name, now) for draft, name in zip(drafts, public_ids(), strict=False)],
        organisation_id=organisation_id,
        same={"created_at": now},
        returning=(Message.dedupe_key, Message.id),
    )
    ids: dict[str, int] = dict(stored)
    look_at_growth(Message.__tablename__, len(drafts))
    _store_invoices([(ids[draft["dedupe_key"]], draft) for draft in drafts], organisation_id)
    return ids


def _row(draft: Draft, public_id: str, now: datetime) -> dict[str, Any]:
    """Return a draft as a row of many, which all name the same columns."""
    said = _said(draft, now)
    return {"public_id": public_id, "is_collection": False, "is_approach": False, **_NOTHING, **said}


def _said(draft: Draft, now: datetime) -> dict[str, Any]:
    if draft["event"] not in EVENTS:
        raise ValueError(f"There is no event {draft['event']}.")
    if "link" in draft["values"]:
        raise ValueError("A link is written when the message leaves, never stored.")
    said: dict[str, Any] = {**draft}
    for of_invoices in ("invoice_ids", "behind_ids"):
        said.pop(of_invoices, None)
    said["not_before"] = said.get("not_before") or now
    said["message_id"] = f"outbox-{secrets.token_hex(16)}"
    return said


def _store_invoices(messages: Sequence[tuple[int, Draft]], organisation_id: int) -> None:
    rows = [
        {"message_id": message_id, "invoice_id": invoice_id, "is_behind": invoice_id in behind}
        for message_id, draft in messages
        for behind in (frozenset(draft.get("behind_ids", ())),)
        for invoice_id in sorted(set(draft.get("invoice_ids", ())))
    ]
    store_all(MessageInvoice, rows, organisation_id=organisation_id)
