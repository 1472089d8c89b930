"""A debtor of the crowded organisation who wants no messages, as they said on their own pages."""

from datetime import datetime

from core.database import db
from invoices.models import Debtor
from links.models import AccessLink
from links.opting import send_nothing


def wants_nothing(debtor: Debtor, now: datetime) -> None:
    """Let them say so where their link went."""
    link = db.session.query(AccessLink).filter_by(debtor_id=debtor.id).order_by(AccessLink.id.desc()).first()
    assert link is not None
    send_nothing(organisation_id=debtor.organisation_id, link_id=link.id, now=now)
