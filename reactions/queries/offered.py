"""What a debtor can choose from: reaction types with their questions, in one language."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, TypeVar

from sqlalchemy import select

from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.models import DebtorKind
from reactions.field_kinds.fields import Field
from reactions.models import Audience, ReactionField, ReactionFieldText, ReactionType, ReactionTypeText

LAST_RESORT = "en"
MOST_KEPT = 500
AUDIENCES = MappingProxyType(
    {
        DebtorKind.PERSON: (Audience.EVERYBODY, Audience.PERSONS),
        DebtorKind.COMPANY: (Audience.EVERYBODY, Audience.COMPANIES),
    }
)


class TypeNotOffered(Refusal):
    """No such reaction type, one that is switched off, or one that is not for this kind of debtor."""

    sentence = N_("This reaction is not possible. Please choose another one.")


@dataclass(frozen=True, slots=True)
class OfferedType:
    """A reaction type as one language shows it; `fields` are the visible ones, in order."""

    id: int
    key: str
    audience: Audience
    label: str
    hint: str
    exempts: bool
    review_days: int
    promise_days: int
    assignee_id: int | None
    fields: tuple[Field, ...]


class _Words(Protocol):
    language: str


Words = TypeVar("Words", bound=_Words)

# By organisation, version of its settings, and language: a change of settings makes a new key. The public id
# tells organisations of two databases apart.
_kept: dict[tuple[str, int, str], tuple[OfferedType, ...]] = {}


def offered_types(
    *,
    organisation_id: int,
    debtor_kind: str,
    language: str,
    settings: tuple[str, int, str] | None = None,
) -> tuple[OfferedType, ...]:
    """Return the types this kind of debtor can choose from, in the organisation's order.

    `settings` are public id, settings version and language of the organisation, for who knows them already.
    Four statements when this process does not know the organisation's present settings, and one more without
    `settings`.
    """
    public_id, version, fallback = settings or _settings_of(organisation_id)
    key = (public_id, version, language)
    types = _kept.get(key)
    if types is None:
        types = _read(organisation_id, (language, fallback, LAST_RESORT))
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = types
    audiences = AUDIENCES[DebtorKind(debtor_kind)]
    return tuple(type_ for type_ in types if type_.audience in audiences)


def _settings_of(organisation_id: int) -> tuple[str, int, str]:
    public_id, version, language = db.session.execute(
        select(Organisation.public_id, Organisation.settings_version, Organisation.language).where(
            Organisation.id == organisation_id
        )
    ).one()
    return public_id, version, language


def offered_type(*, organisation_id: int, debtor_kind: str, language: str, key: str) -> OfferedType:
    """Return the offered type with this key. Raises TypeNotOffered."""
    types = offered_types(organisation_id=organisation_id, debtor_kind=debtor_kind, language=language)
    for type_ in types:
        if type_.key == key:
            return type_
    raise TypeNotOffered


def spoken(words: Sequence[Words], languages: Sequence[str]) -> Words:
    """Return the words in the first of these languages that has some, else any."""
    by_language = {text.language: text for text in words}
    return next((by_language[code] for code in languages if code in by_language), words[0])


def as_field(row: ReactionField, words: ReactionFieldText) -> Field:
    """Return a question in the language of its words; choices keep the order of the field's options."""
    keys = row.options.get("choices", [])
    return Field(
        key=row.key,
        kind=row.kind,
        label=words.label,
        hint=words.hint,
        is_optional=row.is_optional,
        options=MappingProxyType(row.options),
        choices=MappingProxyType({key: words.choices.get(key, key) for key in keys}),
    )


def _read(organisation_id: int, languages: Sequence[str]) -> tuple[OfferedType, ...]:
    rows = db.session.scalars(
        select(ReactionType)
        .where(ReactionType.organisation_id == organisation_id, ReactionType.is_offered)
        .order_by(ReactionType.position, ReactionType.id)
    ).all()
    texts: Mapping[int, list[ReactionTypeText]] = defaultdict(list)
    for text in db.session.scalars(
        select(ReactionTypeText).where(ReactionTypeText.organisation_id == organisation_id)
    ):
        texts[text.type_id].append(text)
    fields = _visible_fields(organisation_id, languages)
    return tuple(_offered(row, spoken(texts[row.id], languages), fields[row.id]) for row in rows)


def _visible_fields(organisation_id: int, languages: Sequence[str]) -> Mapping[int, list[Field]]:
    texts: Mapping[int, list[ReactionFieldText]] = defaultdict(list)
    for text in db.session.scalars(
        select(ReactionFieldText).where(ReactionFieldText.organisation_id == organisation_id)
    ):
        texts[text.field_id].append(text)
    fields: Mapping[int, list[Field]] = defaultdict(list)
    for row in db.session.scalars(
        select(ReactionField)
        .where(ReactionField.organisation_id == organisation_id, ReactionField.is_visible)
        .order_by(ReactionField.position, ReactionField.id)
    ):
        fields[row.type_id].append(as_field(row, spoken(texts[row.id], languages)))
    return fields


def _offered(row: ReactionType, words: ReactionTypeText, fields: Sequence[Field]) -> OfferedType:
    return OfferedType(
        id=row.id,
        key=row.key,
        audience=row.audience,
        label=words.label,
        hint=words.hint,
        exempts=row.exempts,
        review_days=row.review_days,
        promise_days=row.promise_days,
        assignee_id=row.assignee_id,
        fields=tuple(fields),
    )
