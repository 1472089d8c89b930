"""The reaction types and fields an organisation begins with, read from the files in `reactions/defaults`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from core.bulk import defaults_of, store_all
from core.identifiers import public_id
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
    """Store the default types with their fields and their words in every language, level by level."""
    types = _read("types")["types"]
    type_ids = dict(
        store_all(
            ReactionType,
            [_type(position, values) for position, values in enumerate(types, start=1)],
            organisation_id=organisation_id,
            returning=(ReactionType.key, ReactionType.id),
        )
    )
    fields = [
        (type_["key"], _field(type_ids[type_["key"]], position, values))
        for type_ in types
        for position, values in enumerate(type_["fields"], start=1)
    ]
    field_ids = dict(
        store_all(
            ReactionField,
            [field for _, field in fields],
            organisation_id=organisation_id,
            returning=(ReactionField.public_id, ReactionField.id),
        )
    )
    store_all(
        ReactionTypeText,
        [_type_text(id_, key, language) for key, id_ in type_ids.items() for language in LANGUAGES],
        organisation_id=organisation_id,
    )
    store_all(
        ReactionFieldText,
        [
            _field_text(field_ids[field["public_id"]], type_key, field["key"], language)
            for type_key, field in fields
            for language in LANGUAGES
        ],
        organisation_id=organisation_id,
    )


def _type(position: int, values: dict[str, Any]) -> dict[str, Any]:
    given = {name: values[name] for name in OF_A_TYPE if name in values}
    own = {"public_id": public_id(), "position": position}
    return defaults_of(ReactionType, own) | given | own


def _field(type_id: int, position: int, values: dict[str, Any]) -> dict[str, Any]:
    given = {name: values[name] for name in OF_A_FIELD if name in values}
    own = {"public_id": public_id(), "type_id": type_id, "position": position, "options": {}}
    return defaults_of(ReactionField, own) | own | given


def _type_text(type_id: int, key: str, language: str) -> dict[str, Any]:
    return {"type_id": type_id, "language": language} | _words(_read(language)[key])


def _field_text(field_id: int, type_key: str, key: str, language: str) -> dict[str, Any]:
    given = _read(language)[type_key]["fields"][key]
    about = {"field_id": field_id, "language": language, "choices": given.get("choices", {})}
    return about | _words(given)


def _words(given: dict[str, Any]) -> dict[str, str]:
    return {"name": given["name"], "label": given["label"], "hint": given.get("hint", "")}
