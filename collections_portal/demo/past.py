"""What happened in the demo before it starts: a dunning run, visits, reactions, an agent's answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from collections_portal.carriers import carriers_of, link_writer
from collections_portal.config import Config
from collections_portal.demo.cast import PLAYERS, Answer, Player
from core import tenancy
from core.database import db
from core.identifiers import secret
from core.members.models import Member, Role
from core.organisations.models import Organisation
from core.transaction import writing
from dunning import operations as dunning
from dunning.models import DunningPolicy
from invoices.models import Debtor, Invoice
from invoices.queries import usable_contacts_of
from links import operations as links
from links.models import AccessLink, Visit
from links.queries import address_of
from messaging.contact_hours import next_moment_anywhere
from messaging.delivery import deliver_due
from reactions.models import Action, Reaction
from reactions.operations import actions
from reactions.operations.submission import submit

RUN_DAYS_AGO = 13
WORKING_HOUR = timedelta(hours=2)


def remind(organisation: Organisation, config: Config, *, now: datetime) -> None:
    """Run dunning as it was two weeks ago and deliver its messages to the demo mailbox."""
    then = _at_work(now - timedelta(days=RUN_DAYS_AGO), organisation.zone)
    with tenancy.scope(organisation.id), writing():
        policy_id = db.session.scalars(
            select(DunningPolicy.id).where(DunningPolicy.organisation_id == organisation.id)
        ).one()
        run = dunning.propose(organisation=organisation, policy_id=policy_id, now=then)
        dunning.confirm(organisation=organisation, run=run, member_id=_agent(organisation), now=then)
    deliver(config, lambda: then)


def _at_work(at: datetime, zone: str) -> datetime:
    """Return the moment, or the noon before it at which reminders may leave."""
    while next_moment_anywhere(zone=zone, at=at) != at:
        at = (at - timedelta(days=1)).replace(hour=11, minute=0)
    return at


def answer(organisation: Organisation, config: Config, *, now: datetime) -> None:
    """Let the players visit and react on their days, and an agent answer where the cast says so."""
    for player in PLAYERS:
        for given in player.answers:
            moment = now - timedelta(days=given.days_ago) - (WORKING_HOUR if given.days_ago else timedelta())
            with tenancy.scope(organisation.id), writing():
                reaction = _react(organisation, player, given, moment)
                if given.closed:
                    _close(organisation, reaction, given.closed, moment + timedelta(days=1))
            deliver(config, partial(_a_minute_after, moment))


def propose(organisation: Organisation, *, now: datetime) -> None:
    """Leave today's run as a proposal for whoever plays the agent."""
    with tenancy.scope(organisation.id), writing():
        policy_id = db.session.scalars(
            select(DunningPolicy.id).where(DunningPolicy.organisation_id == organisation.id)
        ).one()
        dunning.propose(organisation=organisation, policy_id=policy_id, now=now)


def deliver(config: Config, clock: Callable[[], datetime]) -> None:
    """Send what is due at that moment."""
    deliver_due(
        carriers=carriers_of(config),
        links_of=link_writer(config, clock),
        clock=clock,
        worker="demo",
        limit=500,
    )


def link_for(organisation: Organisation, config: Config, *, customer_number: str, now: datetime) -> str:
    """Issue a link for a player and return its address, for the terminal."""
    with tenancy.scope(organisation.id), writing():
        link = _link(organisation, customer_number, now)
        return address_of(link, base_url=config.public_url, keys=config.link_keys)


def _link(organisation: Organisation, customer_number: str, now: datetime) -> AccessLink:
    debtor = _debtor(organisation, customer_number)
    contact = usable_contacts_of(organisation_id=organisation.id, debtor_id=debtor.id)[0]
    return links.issue(
        organisation=organisation,
        debtor_id=debtor.id,
        contact_point_id=contact.id,
        channel=contact.channel,
        now=now,
    )


def _react(organisation: Organisation, player: Player, given: Answer, now: datetime) -> Reaction:
    debtor = _debtor(organisation, player.customer_number)
    return submit(
        organisation_id=organisation.id,
        debtor_id=debtor.id,
        visit_id=_visit(organisation, debtor, now).id,
        type_key=given.type_key,
        invoice_ids=list(
            db.session.scalars(
                select(Invoice.id).where(
                    Invoice.organisation_id == organisation.id, Invoice.number.in_(given.numbers)
                )
            )
        ),
        answers={key: _dated(value, now) for key, value in given.answers.items()},
        submission_key=secret(),
        language=player.language,
        now=now,
    )


def _a_minute_after(moment: datetime) -> datetime:
    return moment + timedelta(minutes=1)


def _dated(value: str, now: datetime) -> str:
    """Return `+9` and `-7` as the day so many days from then."""
    if value[:1] in "+-" and value[1:].isdigit():
        return (now.date() + timedelta(days=int(value))).isoformat()
    return value


def _visit(organisation: Organisation, debtor: Debtor, now: datetime) -> Visit:
    link = _link(organisation, debtor.customer_number, now - timedelta(minutes=20))
    visit = Visit(
        organisation_id=organisation.id,
        link_id=link.id,
        debtor_id=debtor.id,
        secret_hash=secret(),
        language=debtor.language,
        started_at=now - timedelta(minutes=5),
        seen_at=now,
        expires_at=now + timedelta(hours=8),
        ended_at=now,
    )
    link.first_entered_at, link.entered = now - timedelta(minutes=5), 1
    db.session.add(visit)
    db.session.flush()
    return visit


def _close(organisation: Organisation, reaction: Reaction, answer: str, now: datetime) -> None:
    action = db.session.scalars(
        select(Action).where(Action.organisation_id == organisation.id, Action.reaction_id == reaction.id)
    ).one()
    actions.close(
        organisation_id=organisation.id,
        action_public_id=action.public_id,
        version=action.version,
        member_id=_agent(organisation),
        reason="accepted",
        answer=answer,
        now=now,
    )


def _agent(organisation: Organisation) -> int:
    return db.session.scalars(
        select(Member.id).where(Member.organisation_id == organisation.id, Member.role == Role.AGENT)
    ).one()


def _debtor(organisation: Organisation, customer_number: str) -> Debtor:
    return db.session.scalars(
        select(Debtor).where(
            Debtor.organisation_id == organisation.id, Debtor.customer_number == customer_number
        )
    ).one()
