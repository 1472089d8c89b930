"""The work of a member who leaves, given to somebody else."""

from datetime import datetime

from sqlalchemy import select

from core.database import db
from reactions.models import ACTION_IS_OPEN, Action
from reactions.operations.actions import worker
from reactions.operations.holding import tell


def hand_over(
    *,
    organisation_id: int,
    member_id: int,
    assignee_public_id: str | None,
    by: int | None,
    now: datetime,
) -> int:
    """Give every open action of a member to another one, or to nobody; return how many there were.

    `by` is the member who decides. Raises MemberUnknown.
    """
    assignee = worker(organisation_id=organisation_id, public_id=assignee_public_id)
    theirs = db.session.scalars(
        select(Action)
        .where(Action.organisation_id == organisation_id, ACTION_IS_OPEN, Action.assignee_id == member_id)
        .order_by(Action.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for action in theirs:
        action.assignee_id = assignee.id if assignee else None
    for action in theirs:
        tell(action, "action.assigned", now, by, assignee=assignee.name if assignee else None)
    return len(theirs)
