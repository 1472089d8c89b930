"""Entering through a link, staying, leaving, and everything that ends a visit at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import func, select, text
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.audit import Actor, AuditEvent
from core.database import db
from core.organisations.models import Organisation
from invoices.models import Channel
from links import operations, tokens
from links.models import AccessLink, Visit
from links.queries import (
    LinkExpired,
    LinkRevoked,
    LinkUnknown,
    VisitContext,
    VisitEnded,
    address_of,
    link_behind,
    link_by_public_id,
    links_of,
    visit_behind,
)
from tests import factories
from tests.factories import NOW

KEYS = ("a key for tests of visits, long enough",)
SECOND = timedelta(seconds=1)


@pytest.fixture
def link(session: scoped_session[Session]) -> Iterator[AccessLink]:
    """A link of Sanne, valid for 14 days from now."""
    with tenancy.everywhere():
        owner = factories.organisation()
        debtor = factories.debtor(owner)
        yield operations.issue(
            organisation=owner, debtor_id=debtor.id, contact_point_id=None, channel=Channel.EMAIL, now=NOW
        )
        session.rollback()


def token_of(link: AccessLink) -> str:
    return address_of(link, base_url="", keys=KEYS).removeprefix("/k/")


def enter(link: AccessLink, *, after: timedelta = timedelta(), old_secret: str | None = None) -> str:
    """Enter, and return what the browser's cookie holds."""
    _, secret = operations.enter(
        token=token_of(link), keys=KEYS, old_secret=old_secret, language=None, now=NOW + after
    )
    return secret


def is_in(secret: str, *, after: timedelta = timedelta()) -> bool:
    try:
        visit_behind(secret=secret, now=NOW + after)
    except VisitEnded:
        return False
    return True


def stay(secret: str, *, after: timedelta) -> None:
    context = visit_behind(secret=secret, now=NOW + after)
    operations.keep(organisation_id=context.organisation_id, visit_id=context.id, now=NOW + after)


def owner_of(link: AccessLink) -> Organisation:
    return db.session.get_one(Organisation, link.organisation_id)


def test_looking_at_a_link_changes_nothing(link: AccessLink) -> None:
    for _ in range(3):
        assert link_behind(token=token_of(link), keys=KEYS, now=NOW).id == link.id
    assert not db.session.dirty
    assert (link.entered, link.first_entered_at) == (0, None)
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 0


def test_entering_begins_a_visit_of_this_debtor(link: AccessLink) -> None:
    context: VisitContext = visit_behind(secret=enter(link), now=NOW)
    assert (context.organisation_id, context.debtor_id) == (link.organisation_id, link.debtor_id)
    assert (context.link_id, context.link_expires_at) == (link.id, link.expires_at)
    assert (context.debtor_kind, context.language, context.seen_at) == ("person", "nl", NOW)


def test_the_cookies_secret_is_not_stored(link: AccessLink) -> None:
    secret = enter(link)
    visit = db.session.scalars(select(Visit)).one()
    assert all(secret not in str(getattr(visit, column.name)) for column in Visit.__table__.columns)


def test_a_link_is_for_many_visits_and_counts_them(link: AccessLink) -> None:
    first = enter(link)
    second = enter(link, after=timedelta(days=3))
    assert first != second
    db.session.refresh(link)
    assert (link.entered, link.first_entered_at) == (2, NOW)
    events = select(AuditEvent.actor).where(AuditEvent.what == "link.entered")
    assert list(db.session.scalars(events)) == [Actor.DEBTOR, Actor.DEBTOR]


def test_entering_again_ends_the_browsers_old_visit(link: AccessLink) -> None:
    old = enter(link)
    new = enter(link, after=SECOND, old_secret=old)
    assert [is_in(old, after=SECOND), is_in(new, after=SECOND)] == [False, True]


def test_a_visit_with_another_browser_goes_on(link: AccessLink) -> None:
    telephone = enter(link)
    enter(link)
    assert is_in(telephone)


def test_an_old_visit_of_somebody_else_ends_too_on_a_shared_computer(link: AccessLink) -> None:
    other = factories.link(factories.debtor(owner_of(link)))
    old = enter(other)
    new = enter(link, old_secret=old)
    assert not is_in(old)
    assert visit_behind(secret=new, now=NOW).debtor_id == link.debtor_id


def test_a_link_that_does_not_open_ends_no_visit(link: AccessLink) -> None:
    secret = enter(link)
    with pytest.raises(tokens.TokenMalformed):
        operations.enter(token="nonsense", keys=KEYS, old_secret=secret, language=None, now=NOW)
    assert is_in(secret)


def test_the_language_chosen_before_entering_is_spoken(link: AccessLink) -> None:
    _, secret = operations.enter(token=token_of(link), keys=KEYS, old_secret=None, language="fr", now=NOW)
    assert visit_behind(secret=secret, now=NOW).language == "fr"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_looking_a_visit_up_tells_the_database_whose_it_is(link: AccessLink) -> None:
    context = visit_behind(secret=enter(link), now=NOW)
    told = db.session.execute(text("SELECT current_setting('app.organisation')")).scalar_one()
    assert told == str(context.organisation_id)


@pytest.mark.parametrize(
    ("idle", "stays"),
    [
        (timedelta(minutes=29, seconds=59), True),
        (timedelta(minutes=30), False),
        (timedelta(minutes=30, seconds=1), False),
    ],
)
def test_it_ends_after_30_idle_minutes(link: AccessLink, idle: timedelta, stays: bool) -> None:
    secret = enter(link)
    assert is_in(secret, after=idle) is stays


def test_who_goes_on_reading_stays_in_but_for_8_hours_at_most(link: AccessLink) -> None:
    secret = enter(link)
    for minutes in range(25, 8 * 60, 25):
        stay(secret, after=timedelta(minutes=minutes))
    assert is_in(secret, after=timedelta(hours=8) - SECOND)
    assert not is_in(secret, after=timedelta(hours=8))


def test_leaving_ends_it_at_once_and_for_this_browser_only(link: AccessLink) -> None:
    mine, other = enter(link), enter(link)
    operations.leave(secret=mine, now=NOW)
    assert [is_in(mine), is_in(other)] == [False, True]


@pytest.mark.parametrize("secret", ["", "x", "0" * 43])
def test_a_secret_nobody_was_given_is_no_visit(link: AccessLink, secret: str) -> None:
    enter(link)
    assert not is_in(secret)


def test_the_hash_that_is_stored_opens_nothing(link: AccessLink) -> None:
    enter(link)
    assert not is_in(db.session.scalars(select(Visit.secret_hash)).one())


def test_taking_a_link_back_ends_its_visits_with_their_next_request(link: AccessLink) -> None:
    secret, other = enter(link), enter(factories.link(factories.debtor(owner_of(link))))
    agent = factories.member(owner_of(link))
    operations.revoke(link=link, reason="asked by telephone", now=NOW, member_id=agent.id)
    assert [is_in(secret), is_in(other)] == [False, True]
    with pytest.raises(LinkRevoked):
        link_behind(token=token_of(link), keys=KEYS, now=NOW)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "link.revoked")).one()
    assert (event.member_id, event.debtor_id) == (agent.id, link.debtor_id)


def test_taking_it_back_again_changes_neither_moment_nor_reason(link: AccessLink) -> None:
    operations.revoke(link=link, reason="first", now=NOW)
    operations.revoke(link=link, reason="second", now=NOW + SECOND)
    assert (link.revoked_at, link.revoke_reason) == (NOW, "first")


def test_a_visit_outlives_the_printed_end_so_that_nobody_loses_what_they_type(link: AccessLink) -> None:
    nearly = link.expires_at - NOW - SECOND
    secret = enter(link, after=nearly)
    assert is_in(secret, after=nearly + timedelta(minutes=20))
    with pytest.raises(LinkExpired):
        enter(link, after=nearly + SECOND)


def test_a_closed_organisation_lets_nobody_in(link: AccessLink) -> None:
    secret = enter(link)
    owner_of(link).closed_at = NOW
    db.session.flush()
    assert not is_in(secret)
    with pytest.raises(LinkRevoked):
        link_behind(token=token_of(link), keys=KEYS, now=NOW)


@pytest.mark.parametrize("trail", ["", ".", ",", ")", "\u200b", "\u00a0", " ", ".)"])
def test_a_full_stop_behind_a_link_does_not_matter(link: AccessLink, trail: str) -> None:
    assert link_behind(token=token_of(link) + trail, keys=KEYS, now=NOW).id == link.id


def test_a_forged_token_of_a_link_that_is_there_says_no_more_than_one_that_is_not(link: AccessLink) -> None:
    forged = tokens.write(token_id=link.token_id, generation=1, expires_at=link.expires_at, keys=("k" * 40,))
    unknown = tokens.write(token_id=bytes(8), generation=1, expires_at=link.expires_at, keys=KEYS)
    for token in (forged, unknown):
        with pytest.raises(LinkUnknown):
            link_behind(token=token, keys=KEYS, now=NOW)


def test_a_row_whose_end_was_moved_by_hand_opens_no_more(link: AccessLink) -> None:
    token = token_of(link)
    link.expires_at += timedelta(days=365)
    db.session.flush()
    with pytest.raises(LinkUnknown):
        link_behind(token=token, keys=KEYS, now=NOW)


def test_a_new_generation_ends_what_a_leaked_key_signed(link: AccessLink) -> None:
    token = token_of(link)
    link.generation += 1
    db.session.flush()
    with pytest.raises(LinkUnknown):
        link_behind(token=token, keys=KEYS, now=NOW)
    assert link_behind(token=token_of(link), keys=KEYS, now=NOW).id == link.id


def test_an_expired_and_revoked_link_says_the_same_to_the_visitor() -> None:
    assert (LinkExpired.sentence, LinkExpired.status) == (LinkRevoked.sentence, LinkRevoked.status)
    assert LinkUnknown.sentence == LinkExpired.sentence


def test_links_are_listed_newest_first_and_only_of_this_debtor(link: AccessLink) -> None:
    debtor_id = link.debtor_id
    newer = operations.issue(
        organisation=owner_of(link),
        debtor_id=debtor_id,
        contact_point_id=None,
        channel=Channel.SMS,
        now=NOW + SECOND,
    )
    factories.link(factories.debtor(owner_of(link)))
    found = links_of(organisation_id=link.organisation_id, debtor_id=debtor_id)
    assert [one.id for one in found] == [newer.id, link.id]


def test_another_organisation_finds_neither_link_nor_debtor(link: AccessLink) -> None:
    elsewhere = factories.organisation(name="Elders")
    assert links_of(organisation_id=elsewhere.id, debtor_id=link.debtor_id) == []
    with pytest.raises(LinkUnknown):
        link_by_public_id(organisation_id=elsewhere.id, public_id=link.public_id)


def test_of_more_than_ten_visits_the_one_seen_longest_ago_ends(link: AccessLink) -> None:
    secrets = [enter(link, after=SECOND * number) for number in range(operations.MOST_VISITS)]
    stay(secrets[0], after=SECOND * 20)
    assert all(is_in(secret, after=SECOND * 21) for secret in secrets)
    newest = enter(link, after=SECOND * 22)
    assert [is_in(secret, after=SECOND * 23) for secret in secrets] == [True, False] + [True] * 8
    assert is_in(newest, after=SECOND * 23)


def test_visits_that_ended_or_were_idle_for_long_take_no_room(link: AccessLink) -> None:
    for number in range(operations.MOST_VISITS):
        operations.leave(secret=enter(link, after=SECOND * number), now=NOW + SECOND * number)
        enter(link, after=SECOND * number)
    later = [enter(link, after=timedelta(minutes=31) + SECOND * number) for number in range(10)]
    assert all(is_in(secret, after=timedelta(minutes=32)) for secret in later)


def test_another_link_of_the_same_debtor_has_room_of_its_own(link: AccessLink) -> None:
    other = operations.issue(
        organisation=owner_of(link),
        debtor_id=link.debtor_id,
        contact_point_id=None,
        channel=Channel.EMAIL,
        now=NOW,
    )
    kept = enter(other)
    for number in range(operations.MOST_VISITS + 5):
        enter(link, after=SECOND * number)
    assert is_in(kept, after=SECOND * 30)
