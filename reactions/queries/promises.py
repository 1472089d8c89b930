"""Which reaction types ask on what day somebody pays, and how far ahead that day may lie."""

from collections.abc import Mapping

from sqlalchemy import select

from core.database import db
from reactions.models import ReactionField, ReactionType
from reactions.queries.reaction_types import is_fixed


def promise_days(*, organisation_id: int) -> Mapping[str, int]:
    """Return how many days from today a promise may lie, by the key of the types that ask for one."""
    rows = db.session.execute(
        select(ReactionType, ReactionField)
        .join(ReactionField, ReactionField.type_id == ReactionType.id)
        .where(ReactionType.organisation_id == organisation_id)
    )
    return {
        type_.key: int(field.options.get("within_days", type_.promise_days))
        for type_, field in rows
        if is_fixed(field)
    }
