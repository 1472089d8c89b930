"""Who asked for an exemption: actions found by the names they ask under."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.database import db
from reactions.models import Action, Reaction, ReactionType, ReactionTypeText
from reactions.queries.given import asked_by
from reactions.queries.offered import LAST_RESORT


@dataclass(frozen=True, slots=True)
class Asker:
    """An action that holds dunning off; `review_on` is the day somebody should look at it."""

    public_id: str
    reference: str
    type_name: str
    review_on: date | None


def askers(*, organisation_id: int, names: Collection[str], language: str) -> dict[str, Asker]:
    """Return the actions behind `asked_by` values of exemptions; other askers are left out."""
    prefix = asked_by(0).removesuffix("0")
    ids = [int(name.removeprefix(prefix)) for name in names if name.startswith(prefix)]
    if not ids:
        return {}
    rows = db.session.execute(
        select(
            Action.id,
            Action.public_id,
            Reaction.reference,
            Action.review_on,
            ReactionTypeText.name,
            ReactionTypeText.language,
        )
        .join(Reaction, Reaction.id == Action.reaction_id)
        .join(ReactionType, ReactionType.id == Action.type_id)
        .join(ReactionTypeText, ReactionTypeText.type_id == ReactionType.id)
        .where(
            Action.organisation_id == organisation_id,
            Action.id.in_(ids),
            ReactionTypeText.language.in_((language, LAST_RESORT)),
        )
    )
    found: dict[str, Asker] = {}
    for action_id, public_id, reference, review_on, name, spoken in rows:
        if spoken == language or asked_by(action_id) not in found:
            found[asked_by(action_id)] = Asker(public_id, reference, name, review_on)
    return found
