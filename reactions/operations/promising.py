"""The day on which a debtor promised to pay, moved by a member who agreed on another one."""

from datetime import date, datetime, timedelta

from core.clock import day_in
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from reactions.models import Action, ReactionType
from reactions.promises import grace_ends
from reactions.queries.promises import promise_days


class PromiseDayMissing(Refusal):
    """A promise without its day would hold reminders off for ever."""

    sentence = N_("Fill in the day on which the debtor pays, or choose another action type.")


class PromiseDayOutOfRange(Refusal):
    """The day has passed, or lies further ahead than the type lets promises lie."""

    sentence = N_("Choose a day from today up to %(days)s days from now.")


def move_promise(
    action: Action, *, type_: ReactionType, promised_on: date | None, review_on: date | None, now: datetime
) -> None:
    """Store on a held action the day the debtor pays and the day to look at it again.

    A type that asks for no day holds none: under it nobody would see a promise break. A day to look at it
    that was left as it followed from the promise moves along. What was promised, all or a part, stays as the
    debtor said it. Raises PromiseDayMissing and PromiseDayOutOfRange.
    """
    before, was_looked_at = action.promised_on, action.review_on
    action.promised_on = _allowed(action, type_, promised_on, now)
    country = db.session.get_one(Organisation, action.organisation_id).country
    follows = before is not None and review_on == was_looked_at == grace_ends(day=before, country=country)
    if follows and action.promised_on:
        review_on = grace_ends(day=action.promised_on, country=country)
    action.review_on = review_on


def _allowed(action: Action, type_: ReactionType, wanted: date | None, now: datetime) -> date | None:
    """Return the day as it may be stored; one that stays as it is may have passed."""
    days = promise_days(organisation_id=action.organisation_id).get(type_.key)
    if days is None:
        return None
    if wanted is None:
        raise PromiseDayMissing
    if wanted == action.promised_on:
        return wanted
    today = day_in(now, db.session.get_one(Organisation, action.organisation_id).zone)
    if not today <= wanted <= today + timedelta(days=days):
        raise PromiseDayOutOfRange(days=days)
    return wanted
