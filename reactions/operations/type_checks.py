"""What a reaction type may not become."""

from sqlalchemy import select

from core.database import db
from core.members.models import Member
from core.refusals import N_, Refusal
from reactions.models import ReactionType
from reactions.queries.offered import AUDIENCES

CODE = 40
MOST_REVIEW_DAYS = 90
MOST_PROMISE_DAYS = 365


class CodeMissing(Refusal):
    """A type without an action ID."""

    sentence = N_("Fill in an action ID.")


class CodeAlreadyUsed(Refusal):
    """Another type of the organisation has this action ID."""

    sentence = N_("The action ID %(code)s is already used for another reaction.")


class NoTypeLeft(Refusal):
    """Persons or companies would have nothing left to choose from."""

    sentence = N_("At least one reaction has to stay available for persons and for companies.")


class DaysOutOfRange(Refusal):
    """A number of days outside what is possible."""

    sentence = N_("Fill in a number of days from 0 up to %(most)s.")


class WordsTooLong(Refusal):
    """More characters than fit."""

    sentence = N_("This text is too long. At most %(most)s characters fit.")


class AssigneeUnknown(Refusal):
    """There is no such active member in this organisation."""

    sentence = N_("This person cannot be chosen.")


def check_numbers(*, review_days: int, promise_days: int) -> None:
    """Raises DaysOutOfRange."""
    for days, most in ((review_days, MOST_REVIEW_DAYS), (promise_days, MOST_PROMISE_DAYS)):
        if not 0 <= days <= most:
            raise DaysOutOfRange(most=most)


def check_code(type_: ReactionType, code: str) -> None:
    """Raises CodeMissing, WordsTooLong, CodeAlreadyUsed."""
    if not code:
        raise CodeMissing
    if len(code) > CODE:
        raise WordsTooLong(most=CODE)
    other = select(ReactionType.id).where(
        ReactionType.organisation_id == type_.organisation_id,
        ReactionType.code == code,
        ReactionType.id != type_.id,
    )
    if db.session.scalar(other) is not None:
        raise CodeAlreadyUsed(code=code)


def check_assignee(*, organisation_id: int, assignee_id: int | None) -> None:
    """Raises AssigneeUnknown."""
    known = select(Member.id).where(
        Member.organisation_id == organisation_id, Member.id == assignee_id, Member.active
    )
    if assignee_id is not None and db.session.scalar(known) is None:
        raise AssigneeUnknown


def check_something_is_left(*, organisation_id: int) -> None:
    """Raises NoTypeLeft unless both persons and companies still have something to choose from."""
    offered = set(
        db.session.scalars(
            select(ReactionType.audience).where(
                ReactionType.organisation_id == organisation_id, ReactionType.is_offered
            )
        )
    )
    if not all(offered.intersection(audiences) for audiences in AUDIENCES.values()):
        raise NoTypeLeft
