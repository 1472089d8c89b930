"""Reaction types as the settings show them: all of them, with their words in every language."""

from dataclasses import dataclass

from sqlalchemy import select

from core.database import db
from core.refusals import N_, Refusal
from reactions.models import ReactionField, ReactionFieldText, ReactionType, ReactionTypeText
from reactions.queries.offered import LAST_RESORT, spoken


class TypeUnknown(Refusal):
    """There is no such reaction type in this organisation."""

    sentence = N_("This page does not exist.")
    status = 404


@dataclass(frozen=True, slots=True)
class TypeLine:
    """A reaction type in the selector; `name` is for members, `label` is what debtors read.

    `assignee_id` is the member whom its new actions are given to.
    """

    public_id: str
    key: str
    code: str
    name: str
    label: str
    is_offered: bool
    assignee_id: int | None


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field in the grid. `is_fixed`: a rule needs its answer, so it stays visible and required."""

    field: ReactionField
    name: str
    label: str
    choices: tuple[str, ...]
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class TypePage:
    """A reaction type with its words by language and its fields, hidden ones too."""

    type: ReactionType
    texts: dict[str, ReactionTypeText]
    fields: tuple[FieldLine, ...]


def is_fixed(field: ReactionField) -> bool:
    """Return whether a rule needs the answer: without its day a promise could never be broken."""
    return field.options.get("sets") == "promised_on"


def types_of(*, organisation_id: int, language: str) -> tuple[TypeLine, ...]:
    """Return all reaction types in the organisation's order."""
    texts: dict[int, list[ReactionTypeText]] = {}
    for text in db.session.scalars(
        select(ReactionTypeText).where(ReactionTypeText.organisation_id == organisation_id)
    ):
        texts.setdefault(text.type_id, []).append(text)
    rows = db.session.scalars(
        select(ReactionType)
        .where(ReactionType.organisation_id == organisation_id)
        .order_by(ReactionType.position, ReactionType.id)
    )
    return tuple(_line(row, spoken(texts[row.id], (language, LAST_RESORT))) for row in rows)


def _line(row: ReactionType, words: ReactionTypeText) -> TypeLine:
    return TypeLine(
        row.public_id, row.key, row.code, words.name, words.label, row.is_offered, row.assignee_id
    )


def type_by_public_id(*, organisation_id: int, public_id: str) -> ReactionType:
    """Return the reaction type. Raises TypeUnknown."""
    found = db.session.scalar(
        select(ReactionType).where(
            ReactionType.organisation_id == organisation_id, ReactionType.public_id == public_id
        )
    )
    if found is None:
        raise TypeUnknown
    return found


def texts_of(type_: ReactionType) -> dict[str, ReactionTypeText]:
    """Return a type's words by language."""
    rows = db.session.scalars(
        select(ReactionTypeText).where(
            ReactionTypeText.organisation_id == type_.organisation_id, ReactionTypeText.type_id == type_.id
        )
    )
    return {row.language: row for row in rows}


def fields_of(type_: ReactionType) -> list[ReactionField]:
    """Return a type's fields in order, hidden ones too."""
    return list(
        db.session.scalars(
            select(ReactionField)
            .where(ReactionField.organisation_id == type_.organisation_id, ReactionField.type_id == type_.id)
            .order_by(ReactionField.position, ReactionField.id)
        )
    )


def type_page(*, organisation_id: int, public_id: str, language: str) -> TypePage:
    """Return one reaction type with everything the settings show of it. Raises TypeUnknown."""
    type_ = type_by_public_id(organisation_id=organisation_id, public_id=public_id)
    rows = fields_of(type_)
    words: dict[int, list[ReactionFieldText]] = {}
    for text in db.session.scalars(
        select(ReactionFieldText).where(
            ReactionFieldText.organisation_id == organisation_id,
            ReactionFieldText.field_id.in_([row.id for row in rows]),
        )
    ):
        words.setdefault(text.field_id, []).append(text)
    fields = (_field_line(row, spoken(words[row.id], (language, LAST_RESORT))) for row in rows)
    return TypePage(type=type_, texts=texts_of(type_), fields=tuple(fields))


def _field_line(row: ReactionField, words: ReactionFieldText) -> FieldLine:
    choices = tuple(words.choices.get(key, key) for key in row.options.get("choices", []))
    return FieldLine(row, words.name, words.label, choices, is_fixed(row))


def field_names(*, organisation_id: int, language: str) -> dict[tuple[str, str], str]:
    """Return what members call each field, by (key of the type, key of the field)."""
    rows = db.session.execute(
        select(ReactionType.key, ReactionField.key, ReactionFieldText.language, ReactionFieldText.name)
        .join(ReactionField, ReactionField.type_id == ReactionType.id)
        .join(ReactionFieldText, ReactionFieldText.field_id == ReactionField.id)
        .where(
            ReactionType.organisation_id == organisation_id,
            ReactionFieldText.language.in_((language, LAST_RESORT)),
        )
    )
    # The wanted language comes last, so that it stays.
    found = sorted(rows, key=lambda row: row[2] == language)
    return {(type_key, field_key): name for type_key, field_key, _, name in found}
