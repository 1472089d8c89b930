"""The work of somebody who leaves: every open action goes to another member, or to nobody."""

import pytest
from sqlalchemy import select

from core.audit import AuditEvent
from core.database import db
from core.members.models import Member
from reactions.models import ACTION_IS_OPEN, Action
from reactions.operations import actions
from reactions.operations.handing_over import hand_over
from reactions.operations.holding import ActionChangedMeanwhile
from reactions.queries.beside import open_actions_with
from tests import factories
from tests.reactions.conftest import NOW, Counter


def given(counter: Counter, member: Member, *, type_key: str = "complaint") -> Action:
    """Store an action that is a member's."""
    action = counter.action_of(counter.react(type_key))
    with counter.scope():
        actions.assign(
            organisation_id=counter.organisation.id,
            action_public_id=action.public_id,
            version=action.version,
            member_id=counter.member.id,
            assignee_public_id=member.public_id,
            now=NOW,
        )
        db.session.flush()
    return action


def hand(counter: Counter, leaving: Member, to: str | None) -> int:
    with counter.scope():
        handed = hand_over(
            organisation_id=counter.organisation.id,
            member_id=leaving.id,
            assignee_public_id=to,
            by=counter.member.id,
            now=NOW,
        )
        db.session.flush()
    return handed


def number_with(counter: Counter, member: Member) -> int:
    with counter.scope():
        return open_actions_with(organisation_id=counter.organisation.id, member_id=member.id)


@pytest.fixture
def leaving(counter: Counter) -> Member:
    """Somebody with two open actions and a closed one."""
    member = factories.member(counter.organisation, name="Ole")
    for _ in range(2):
        given(counter, member)
    closed = given(counter, member)
    with counter.scope():
        actions.close(
            organisation_id=counter.organisation.id,
            action_public_id=closed.public_id,
            version=closed.version,
            member_id=member.id,
            reason="answered",
            answer="",
            now=NOW,
        )
        db.session.flush()
    given(counter, counter.member)
    db.session.commit()
    return member


@pytest.mark.parametrize("to_somebody", [True, False])
def test_open_actions_go_to_another_or_to_nobody(
    counter: Counter, leaving: Member, to_somebody: bool
) -> None:
    other = factories.member(counter.organisation, name="Ada")
    assert number_with(counter, leaving) == 2
    assert hand(counter, leaving, other.public_id if to_somebody else None) == 2
    assert (number_with(counter, leaving), number_with(counter, other)) == (0, 2 if to_somebody else 0)
    assert number_with(counter, counter.member) == 1
    with counter.scope():
        closed = db.session.scalars(select(Action).where(Action.assignee_id == leaving.id)).one()
        told = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(2)).all()
    assert closed.closed_at is not None
    assert [(line.what, line.details["assignee"], line.member_id) for line in told] == [
        ("action.assigned", "Ada" if to_somebody else None, counter.member.id)
    ] * 2


def test_who_has_no_work_hands_nothing_over(counter: Counter) -> None:
    assert hand(counter, factories.member(counter.organisation), None) == 0


def test_nobody_who_is_gone_or_elsewhere_takes_over(
    counter: Counter, other_counter: Counter, leaving: Member
) -> None:
    gone = factories.member(counter.organisation, active=False)
    for wrong in (gone.public_id, other_counter.member.public_id, "nonsense"):
        with pytest.raises(actions.MemberUnknown):
            hand(counter, leaving, wrong)
    assert number_with(counter, leaving) == 2


def test_who_was_working_on_one_is_told(counter: Counter, leaving: Member) -> None:
    with counter.scope():
        theirs = select(Action).where(Action.assignee_id == leaving.id, ACTION_IS_OPEN)
        seen = db.session.scalars(theirs.order_by(Action.id)).all()[0]
    public_id, version = seen.public_id, seen.version
    hand(counter, leaving, None)
    with counter.scope(), pytest.raises(ActionChangedMeanwhile):
        actions.note(
            organisation_id=counter.organisation.id,
            action_public_id=public_id,
            version=version,
            member_id=leaving.id,
            text="Gebeld",
            now=NOW,
        )
