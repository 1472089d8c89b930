"""A debtor on a plan of their own whose reminders wait, for the crowd."""

from collections.abc import Callable
from datetime import datetime, timedelta

from core.database import db
from dunning.models import DunningAssignment, DunningPolicy
from invoices.models import Debtor, DebtorPause


def put_on_own_plan(debtor: Debtor, word: Callable[[], str], now: datetime) -> str:
    """Put a debtor on a new plan, let reminders wait, and return the plan's public id."""
    policy = DunningPolicy(organisation_id=debtor.organisation_id, name=word(), is_by_hand=True)
    db.session.add(policy)
    db.session.flush()
    of_debtor = {"organisation_id": debtor.organisation_id, "debtor_id": debtor.id}
    pause = DebtorPause(**of_debtor, reason=word(), started_at=now, ends_on=now.date() + timedelta(days=30))
    db.session.add_all((DunningAssignment(**of_debtor, policy_id=policy.id), pause))
    db.session.flush()
    return policy.public_id
