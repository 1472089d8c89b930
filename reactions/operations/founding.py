"""The reaction types and fields an organisation begins with, read from the files in `reactions/defaults`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from core.database import db
from core.organisations.models import LANGUAGES
from reactions.models import ReactionField, ReactionFieldText, ReactionType, ReactionTypeText

DEFAULTS = Path(__file__).parents[1] / "defaults"
OF_A_TYPE = (
    "key",
    "code",
    "is_offered",
    "exempts",
    "closes_when_paid",
    "review_days",
    "promise_days",
    "audience",
)
OF_A_FIELD = ("key", "kind", "is_visible", "is_optional", "options")


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DEFAULTS / f"{name}.toml").read_text("utf-8"))


def found_types(*, organisation_id: int) -> None:
    """Store the default types with their fields and their words in every language."""
    for position, values in enumerate(_read("types")["types"], start=1):
        row = ReactionType(
            organisation_id=organisation_id,
            position=position,
            **{name: values[name] for name in OF_A_TYPE if name in values},
        )
        db.session.add(row)
        db.session.flush()
        for language in LANGUAGES:
            words = _read(language)[row.key]
            db.session.add(
                ReactionTypeText(
                    organisation_id=organisation_id,
                    type_id=row.id,
                    language=language,
                    name=words["name"],
                    label=words["label"],
                    hint=words.get("hint", ""),
                )
            )
        _found_fields(row, values["fields"])
    db.session.flush()


def _found_fields(type_: ReactionType, fields: list[dict[str, Any]]) -> None:
    for position, values in enumerate(fields, start=1):
        row = ReactionField(
            organisation_id=type_.organisation_id,
            type_id=type_.id,
            position=position,
            **{name: values[name] for name in OF_A_FIELD if name in values},
        )
        db.session.add(row)
        db.session.flush()
        for language in LANGUAGES:
            words = _read(language)[type_.key]["fields"][row.key]
            db.session.add(
                ReactionFieldText(
                    organisation_id=type_.organisation_id,
                    field_id=row.id,
                    language=language,
                    name=words["name"],
                    label=words["label"],
                    hint=words.get("hint", ""),
                    choices=words.get("choices", {}),
                )
            )
