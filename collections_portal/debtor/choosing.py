"""What a debtor has chosen so far, kept in the visit: invoices, the kind of answer, what was just saved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from collections_portal.debtor import guard
from links.operations import keep
from reactions.models import Reaction
from reactions.queries.listed import ListedInvoice, listed_invoices_of
from reactions.queries.offered import OfferedType, offered_types

NEWS_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Saved:
    """The reaction that was just saved, for the banner above the list."""

    public_id: str
    reference: str
    answer_on: date | None


def open_invoices(language: str) -> Sequence[ListedInvoice]:
    """Return the open invoices of whoever visits."""
    here = guard.visit()
    return listed_invoices_of(
        organisation_id=here.organisation_id, debtor_id=here.debtor_id, language=language
    )


def types_offered(language: str) -> Sequence[OfferedType]:
    """Return the answers whoever visits can give."""
    here = guard.visit()
    return offered_types(
        organisation_id=here.organisation_id,
        debtor_kind=here.debtor_kind,
        language=language,
        settings=guard.settings_here(),
    )


def among(listed: Sequence[ListedInvoice], wanted: Collection[str]) -> list[ListedInvoice]:
    """Return those with the wanted public ids. What is settled or somebody else's is not among them."""
    return [invoice for invoice in listed if invoice.public_id in wanted]


def chosen_before() -> list[str]:
    """Return the public ids of the invoices chosen last."""
    return list(guard.visit().contents.get("chosen", ()))


def type_before() -> str:
    """Return the key of the answer chosen along with the invoices, or an empty text."""
    return str(guard.visit().contents.get("type", ""))


def news(now: datetime) -> Saved | None:
    """Return what was just saved: until something else is chosen, and for a few minutes at most."""
    saved: dict[str, str] | None = guard.visit().contents.get("saved")
    if not saved or now - datetime.fromisoformat(saved["at"]) > NEWS_FOR:
        return None
    answer_on = date.fromisoformat(saved["answer_on"]) if saved["answer_on"] else None
    return Saved(saved["public_id"], saved["reference"], answer_on)


def keep_choice(*, invoices: Collection[str], type_key: str, now: datetime, **changes: Any) -> None:
    """Keep what was chosen; inside `writing`."""
    _keep({"chosen": list(invoices), "type": type_key}, now, **changes)


def keep_news(reaction: Reaction, *, now: datetime) -> None:
    """Keep what was saved, and forget the choice; inside `writing`."""
    saved = {
        "public_id": reaction.public_id,
        "reference": reaction.reference,
        "answer_on": reaction.answer_by.isoformat() if reaction.answer_by else "",
        "at": now.isoformat(),
    }
    _keep({"saved": saved}, now)


def _keep(contents: dict[str, Any], now: datetime, **changes: Any) -> None:
    here = guard.visit()
    keep(organisation_id=here.organisation_id, visit_id=here.id, now=now, contents=contents, **changes)
