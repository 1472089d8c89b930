"""The reaction types and fields an organisation begins with, read from the files in `reactions/defaults`."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from core.bulk import store_all
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
    """Store the default types with their fields and their words in every language, level by level."""
    types = [
        (values, _type(organisation_id, position, values))
        for position, values in enumerate(_read("types")["types"], start=1)
    ]
    _store(row for _, row in types)
    fields = [
        (type_, _field(type_, position, values))
        for type_values, type_ in types
        for position, values in enumerate(type_values["fields"], start=1)
    ]
    _store(row for _, row in fields)
    store_all(
        ReactionTypeText,
        [_type_text(row, language) for _, row in types for language in LANGUAGES],
        organisation_id=organisation_id,
    )
    store_all(
        ReactionFieldText,
        [_field_text(type_, row, language) for type_, row in fields for language in LANGUAGES],
        organisation_id=organisation_id,
    )


def _store(rows: Iterable[object]) -> None:
    db.session.add_all(rows)
    db.session.flush()


def _type(organisation_id: int, position: int, values: dict[str, Any]) -> ReactionType:
    given = {name: values[name] for name in OF_A_TYPE if name in values}
    return ReactionType(organisation_id=organisation_id, position=position, **given)


def _field(type_: ReactionType, position: int, values: dict[str, Any]) -> ReactionField:
    given = {name: values[name] for name in OF_A_FIELD if name in values}
    return ReactionField(organisation_id=type_.organisation_id, type_id=type_.id, position=position, **given)


def _type_text(type_: ReactionType, language: str) -> dict[str, Any]:
    given = _read(language)[type_.key]
    return {"type_id": type_.id, "language": language} | _words(given)


def _field_text(type_: ReactionType, field: ReactionField, language: str) -> dict[str, Any]:
    given = _read(language)[type_.key]["fields"][field.key]
    about = {"field_id": field.id, "language": language, "choices": given.get("choices", {})}
    return about | _words(given)


def _words(given: dict[str, Any]) -> dict[str, str]:
    return {"name": given["name"], "label": given["label"], "hint": given.get("hint", "")}
