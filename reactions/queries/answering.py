"""Where our answer to a reaction goes as a message, or why none goes."""

from enum import StrEnum

from sqlalchemy import select

from core.database import db
from invoices.queries import UsableContact, usable_contacts_of
from links.models import AccessLink, Visit
from reactions.models import Action, Reaction


class NoWay(StrEnum):
    """Why no message goes with an answer."""

    LINK_REVOKED = "link_revoked"
    NO_CONTACT = "no_contact"


def answer_key(reaction_public_id: str) -> str:
    """Return the dedupe key of the message with our answer."""
    return f"action_closed:{reaction_public_id}"


def way_of_answer(*, action: Action) -> UsableContact | NoWay:
    """Return the contact point that our answer goes to, or why it goes nowhere.

    That is the one the debtor came by, at its present address; where it cannot be used, or they came by a
    letter, the first of the debtor's that can be. A link that was taken back may have been in wrong hands,
    and what was written there may not be the debtor's: then nothing is sent, a new link least of all.
    """
    link = db.session.scalar(
        select(AccessLink)
        .join(Visit, Visit.link_id == AccessLink.id)
        .join(Reaction, Reaction.visit_id == Visit.id)
        .where(Reaction.organisation_id == action.organisation_id, Reaction.id == action.reaction_id)
    )
    if link is not None and link.was_taken_back:
        return NoWay.LINK_REVOKED
    usable = usable_contacts_of(organisation_id=action.organisation_id, debtor_id=action.debtor_id)
    came_by = link.contact_point_id if link else None
    otherwise = usable[0] if usable else NoWay.NO_CONTACT
    return next((one for one in usable if one.id == came_by), otherwise)
