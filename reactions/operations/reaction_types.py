"""What an organisation decides about its reaction types; every change is audited and counts at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core import audit
from core.database import db
from core.organisations.changes import differences, hold
from core.organisations.models import LANGUAGES
from core.refusals import N_, Refusal
from core.texts import one_line
from reactions.models import Audience, ReactionType, ReactionTypeText
from reactions.operations.type_checks import (
    WordsTooLong,
    check_assignee,
    check_code,
    check_numbers,
    check_something_is_left,
)
from reactions.queries.reaction_types import TypeUnknown, fields_of, is_fixed, texts_of, type_by_public_id

PARAMETERS = (
    "code",
    "is_offered",
    "exempts",
    "closes_when_paid",
    "review_days",
    "promise_days",
    "audience",
    "assignee_id",
)
LIMITS = {"name": 60, "label": 120, "hint": 240}


class TypeChangedMeanwhile(Refusal):
    """Somebody else saved this reaction type since the form was opened."""

    sentence = N_("Somebody else changed this in the meantime. Look at it again before you save.")
    status = 409


class LabelMissing(Refusal):
    """Debtors of this language would see a choice without words."""

    sentence = N_("Fill in what debtors read in this language: %(language)s.")


class FieldNeeded(Refusal):
    """A rule needs the answer to this question."""

    sentence = N_("This field has to stay visible and required: the reaction does not work without it.")


def change_type(
    *,
    organisation_id: int,
    type_public_id: str,
    version: int,
    code: str,
    is_offered: bool,
    exempts: bool,
    closes_when_paid: bool,
    review_days: int,
    promise_days: int,
    audience: Audience,
    assignee_id: int | None,
    texts: Mapping[str, Mapping[str, str]],
    member_id: int,
    now: datetime,
) -> ReactionType:
    """Change a type's parameters and words; `texts` is {language: {name, label, hint}}, others stay.

    Counts for reactions from now on. Raises TypeUnknown, TypeChangedMeanwhile, CodeMissing, CodeAlreadyUsed,
    DaysOutOfRange, AssigneeUnknown, LabelMissing, WordsTooLong, NoTypeLeft.
    """
    code = one_line(code)
    check_numbers(review_days=review_days, promise_days=promise_days)
    type_ = _held(organisation_id, type_public_id, version)
    check_code(type_, code)
    check_assignee(organisation_id=organisation_id, assignee_id=assignee_id)
    before = _parameters(type_)
    type_.code, type_.is_offered, type_.exempts = code, is_offered, exempts
    type_.closes_when_paid, type_.audience, type_.assignee_id = closes_when_paid, audience, assignee_id
    type_.review_days, type_.promise_days = review_days, promise_days
    changes = differences(before, _parameters(type_)) | _change_texts(type_, texts)
    _touch(type_)
    check_something_is_left(organisation_id=organisation_id)
    _tell(type_, changes, member_id, now)
    return type_


def change_fields(
    *,
    organisation_id: int,
    type_public_id: str,
    version: int,
    fields: Mapping[str, tuple[bool, bool]],
    member_id: int,
    now: datetime,
) -> ReactionType:
    """Set (visible, optional) by field key; fields not named stay as they are.

    Raises TypeUnknown, TypeChangedMeanwhile, FieldNeeded.
    """
    type_ = _held(organisation_id, type_public_id, version)
    changes: dict[str, list[Any]] = {}
    for field in fields_of(type_):
        before = (field.is_visible, field.is_optional)
        after = fields.get(field.key, before)
        if is_fixed(field) and after != (True, False):
            raise FieldNeeded
        field.is_visible, field.is_optional = after
        changes |= differences(
            {f"{field.key}.visible": before[0], f"{field.key}.optional": before[1]},
            {f"{field.key}.visible": after[0], f"{field.key}.optional": after[1]},
        )
    _touch(type_)
    _tell(type_, changes, member_id, now)
    return type_


def move_type(
    *, organisation_id: int, type_public_id: str, place: int, member_id: int, now: datetime
) -> ReactionType:
    """Put a type at `place` (1 is the first, anything too high the last) of the list that debtors see.

    Raises TypeUnknown.
    """
    hold(organisation_id=organisation_id)
    type_ = type_by_public_id(organisation_id=organisation_id, public_id=type_public_id)
    rows = db.session.scalars(
        select(ReactionType)
        .where(ReactionType.organisation_id == organisation_id)
        .order_by(ReactionType.position, ReactionType.id)
        .execution_options(populate_existing=True)
    ).all()
    before = type_.position
    order = [row for row in rows if row.id != type_.id]
    order.insert(min(max(place, 1), len(rows)) - 1, type_)
    for position, row in enumerate(order, start=1):
        row.position = position
    db.session.flush()
    _tell(type_, differences({"position": before}, {"position": type_.position}), member_id, now)
    return type_


def _held(organisation_id: int, public_id: str, version: int) -> ReactionType:
    hold(organisation_id=organisation_id)
    type_ = db.session.scalar(
        select(ReactionType)
        .where(ReactionType.organisation_id == organisation_id, ReactionType.public_id == public_id)
        .execution_options(populate_existing=True)
    )
    if type_ is None:
        raise TypeUnknown
    if type_.version != version:
        raise TypeChangedMeanwhile
    return type_


def _touch(type_: ReactionType) -> None:
    """Count up the type's version, also where only its words or fields changed."""
    flag_modified(type_, "position")
    db.session.flush()


def _change_texts(type_: ReactionType, texts: Mapping[str, Mapping[str, str]]) -> dict[str, list[Any]]:
    known = texts_of(type_)
    changes: dict[str, list[Any]] = {}
    for language in (code for code in LANGUAGES if code in texts):
        words = {part: one_line(texts[language].get(part, "")) for part in LIMITS}
        if not words["label"]:
            raise LabelMissing(language=language)
        for part, most in LIMITS.items():
            if len(words[part]) > most:
                raise WordsTooLong(most=most)
        row = known.get(language)
        if row is None:
            row = ReactionTypeText(
                organisation_id=type_.organisation_id, type_id=type_.id, language=language, name="", label=""
            )
            db.session.add(row)
        words["name"] = words["name"] or row.name or words["label"][: LIMITS["name"]]
        for part, after in words.items():
            changes |= differences(
                {f"{language}.{part}": getattr(row, part) or ""}, {f"{language}.{part}": after}
            )
            setattr(row, part, after)
    return changes


def _parameters(type_: ReactionType) -> dict[str, Any]:
    return {name: getattr(type_, name) for name in PARAMETERS}


def _tell(type_: ReactionType, changes: dict[str, list[Any]], member_id: int, now: datetime) -> None:
    if changes:
        audit.record(
            organisation_id=type_.organisation_id,
            what="reaction_type.changed",
            about="reaction_type",
            about_id=type_.id,
            now=now,
            member_id=member_id,
            details={"type": type_.key, "changes": changes},
        )
