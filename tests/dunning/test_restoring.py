"""An organisation after a restore: until the release nothing is approved; what was half done is dropped."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from collections_portal.jobs import run_schedule
from core import tenancy
from core.audit import AuditEvent
from core.database import db
from core.members import sessions
from core.members.models import MemberSession
from core.organisations.models import Restore
from core.organisations.restores import NothingToRelease, NotReleased
from dunning import operations, restoring
from dunning.models import DunningNotice, DunningPolicy, DunningRun, NoticeState, RunState
from dunning.restoring import NotAllDecided
from links.models import AccessLink, Visit
from links.queries import LinkUnknown, address_of, link_behind
from messaging import restored
from messaging.models import Message
from messaging.restored_models import Decision
from tests import factories
from tests.dunning.conftest import FRIDAY, Office, days

BACKUP_AT = FRIDAY - timedelta(hours=3)
KEYS = ("k" * 40,)


@pytest.fixture
def stood(office: Office) -> Callable[[], int]:
    """Let the office stand still, as after a restore; return how many messages may have left."""
    return lambda: restoring.stand_still(
        organisation_id=office.organisation.id, backup_at=BACKUP_AT, now=FRIDAY
    )


def release(office: Office, *, ends_links: bool = False, stops_plans: bool = False) -> None:
    restoring.release(
        organisation_id=office.organisation.id,
        ends_links=ends_links,
        stops_plans=stops_plans,
        member_id=office.agent.id,
        now=FRIDAY,
    )


def with_one_debtor(office: Office) -> None:
    office.invoice(office.debtor())


def automatic(office: Office) -> None:
    db.session.execute(update(DunningPolicy).values(is_automatic=True))


def test_a_run_is_proposed_and_not_approved_before_the_release(
    office: Office, stood: Callable[[], int]
) -> None:
    with_one_debtor(office)
    stood()
    run = office.propose()
    with pytest.raises(NotReleased):
        office.confirm(run)
    assert (run.state, office.messages()) == (RunState.PROPOSED, [])
    release(office)
    office.confirm(run)
    assert len(office.messages()) == 1


def test_no_automatic_run_begins_or_goes_on(office: Office, stood: Callable[[], int]) -> None:
    with_one_debtor(office)
    automatic(office)
    stood()
    assert operations.begin_automatic(organisation=office.organisation, now=FRIDAY) == []
    office.propose()
    assert operations.carry_on(organisation=office.organisation, now=FRIDAY, at_most=10) == 0
    assert office.messages() == []
    db.session.execute(update(DunningRun).values(state=RunState.DISCARDED, decided_at=FRIDAY))
    release(office)
    assert len(operations.begin_automatic(organisation=office.organisation, now=FRIDAY)) == 1


def test_a_proposal_of_the_backup_is_dropped(office: Office, stood: Callable[[], int]) -> None:
    with_one_debtor(office)
    run = office.propose()
    stood()
    db.session.refresh(run)
    assert run.state is RunState.DISCARDED
    assert office.propose().state is RunState.PROPOSED


def test_what_an_approved_run_had_not_queued_is_kept_back(office: Office, stood: Callable[[], int]) -> None:
    for _ in range(3):
        with_one_debtor(office)
    run = office.propose()
    operations.confirm(
        organisation=office.organisation, run=run, member_id=office.agent.id, now=FRIDAY, at_most=1
    )
    assert stood() == 1
    states = db.session.scalars(select(DunningNotice.state).order_by(DunningNotice.state)).all()
    assert states == [NoticeState.HELD_BACK, NoticeState.HELD_BACK, NoticeState.QUEUED]
    restored_all(office, Decision.SEND)
    release(office)
    assert operations.carry_on(organisation=office.organisation, now=FRIDAY, at_most=10) == 0
    assert len(office.messages()) == 1


def restored_all(office: Office, decision: Decision) -> None:
    """Decide the same about every message."""
    restored.decide(
        restore=db.session.scalars(select(Restore)).one(),
        decision=decision,
        public_ids=None,
        member_id=office.agent.id,
        now=FRIDAY,
    )


def test_a_reminder_that_has_left_is_not_proposed_again_and_one_set_aside_is(
    office: Office, stood: Callable[[], int]
) -> None:
    with_one_debtor(office)
    with_one_debtor(office)
    office.run()
    stood()
    left, aside = office.messages()
    by: dict[str, Any] = {"member_id": office.agent.id, "now": FRIDAY}
    by["restore"] = db.session.scalars(select(Restore)).one()
    restored.decide(decision=Decision.HAS_LEFT, public_ids=[left.public_id], **by)
    restored.decide(decision=Decision.SET_ASIDE, public_ids=[aside.public_id], **by)
    release(office)
    run = office.propose(FRIDAY + days(1))
    notices = db.session.scalars(select(DunningNotice.debtor_id).where(DunningNotice.run_id == run.id)).all()
    assert notices == [aside.debtor_id]


def test_the_release_waits_for_every_decision(office: Office, stood: Callable[[], int]) -> None:
    with_one_debtor(office)
    office.run()
    assert stood() == 1
    with pytest.raises(NotAllDecided, match="Left: 1"):
        release(office)
    restored_all(office, Decision.HAS_LEFT)
    release(office)
    with pytest.raises(NothingToRelease):
        release(office)


def test_the_release_is_told_in_the_trail(office: Office, stood: Callable[[], int]) -> None:
    automatic(office)
    stood()
    release(office, stops_plans=True)
    begun, released = db.session.scalars(
        select(AuditEvent).where(AuditEvent.about == "restore").order_by(AuditEvent.id)
    )
    assert (begun.what, begun.member_id) == ("restore.begun", None)
    assert (released.what, released.member_id) == ("restore.released", office.agent.id)
    assert released.details == {"links": 0, "plans": [office.policy.name]}


@pytest.mark.parametrize("stops", [True, False])
def test_plans_run_by_themselves_after_the_release_only_when_left_so(
    office: Office, stood: Callable[[], int], stops: bool
) -> None:
    automatic(office)
    stood()
    assert [plan.name for plan in restoring.automatic_plans(organisation_id=office.organisation.id)]
    release(office, stops_plans=stops)
    made = operations.begin_automatic(organisation=office.organisation, now=FRIDAY)
    assert len(made) == (0 if stops else 1)


@pytest.mark.parametrize("ends", [True, False])
def test_links_of_before_open_nothing_after_the_release_when_it_ends_them(
    office: Office, stood: Callable[[], int], ends: bool
) -> None:
    link = factories.link(office.debtor(), issued_at=FRIDAY, expires_at=FRIDAY + days(14))
    token = address_of(link, base_url="", keys=KEYS).removeprefix("/k/")
    stood()
    release(office, ends_links=ends)
    db.session.expire_all()
    with tenancy.everywhere():
        if ends:
            with pytest.raises(LinkUnknown):
                link_behind(token=token, keys=KEYS, now=FRIDAY)
        else:
            assert link_behind(token=token, keys=KEYS, now=FRIDAY).id == link.id
    assert db.session.get_one(AccessLink, link.id).revoked_at is None


def test_who_was_signed_in_or_visiting_signs_in_again(office: Office, stood: Callable[[], int]) -> None:
    sessions.begin(member=office.agent, browser="Firefox", now=FRIDAY)
    link = factories.link(office.debtor(), issued_at=FRIDAY, expires_at=FRIDAY + days(14))
    factories.visit(link, started_at=FRIDAY, seen_at=FRIDAY, expires_at=FRIDAY + timedelta(hours=8))
    stood()
    db.session.expire_all()
    assert db.session.scalars(select(MemberSession)).one().ended_at == FRIDAY
    assert db.session.scalars(select(Visit)).one().ended_at == FRIDAY


def test_the_schedule_goes_on_without_runs(app: Flask, office: Office, stood: Callable[[], int]) -> None:
    with_one_debtor(office)
    automatic(office)
    stood()
    db.session.commit()
    assert run_schedule(app) == [(office.organisation.name, 0)]
    assert db.session.scalars(select(Message.state)).all() == []
