"""How new the payment data is, as the desk says it: when it is too old, no reminders go out."""

from typing import Any

from flask import g
from flask_babel import gettext

from core import clock
from core.web.guards import current_organisation
from desk import dunning_words as words
from dunning import queries
from invoices.freshness import PaymentDataTooOld, payment_data_of, require_fresh


def too_old() -> str:
    """Return why no reminders go out for want of newer payment data, or nothing; asked once for each page."""
    if "payment_data_too_old" not in g:
        g.payment_data_too_old = _too_old()
    said: str = g.payment_data_too_old
    return said


def standing_still() -> int:
    """Return how many plans would run by themselves and cannot, for want of newer payment data."""
    organisation = current_organisation()
    if organisation.payment_data_days is None or not too_old():
        return 0
    return len(queries.automatic_policies(organisation_id=organisation.id))


def warning() -> str:
    """Return the same with what becomes of plans that run by themselves, or nothing."""
    said = too_old()
    if not said or not standing_still():
        return said
    return " ".join((said, gettext("Plans that run by themselves stand still until then.")))


def alarms() -> list[str]:
    """Return what to say where messages are missed: that plans stand still."""
    return [warning()] if standing_still() else []


def context() -> dict[str, Any]:
    """Return what `desk/dunning/_payment_data.html` needs."""
    found = payment_data_of(organisation=current_organisation())
    days = (found.newest_on, found.enough_until) if found else (None, None)
    known_on, enough_until = (words.day(one) if one else "" for one in days)
    return {"too_old": warning(), "known_on": known_on, "enough_until": enough_until}


def _too_old() -> str:
    try:
        require_fresh(organisation=current_organisation(), now=clock.now())
    except PaymentDataTooOld as refusal:
        return words.too_old(refusal)
    return ""
