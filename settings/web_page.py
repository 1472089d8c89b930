"""What the three tabs of the web settings share: the selector, the chosen type, who saved last."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask_babel import gettext

from core.refusals import N_, Refusal
from core.web.guards import current_organisation
from core.web.languages import language
from reactions.models import ReactionTypeText
from reactions.queries.reaction_types import TypePage, type_page, types_of
from settings.answers import last_saved

TABS = (
    ("parameters", N_("Action parameters")),
    ("fields", N_("Action fields")),
    ("other", N_("Other")),
)


class NoReactionTypes(Refusal):
    """The organisation was never given reaction types."""

    sentence = N_("This organisation has no reactions yet. Ask whoever runs the portal to add them.")
    status = 404


def chosen(public_id: str) -> TypePage:
    """Return the reaction type with names in the member's language. Raises TypeUnknown."""
    return type_page(organisation_id=current_organisation().id, public_id=public_id, language=language())


def as_debtors_read(page: TypePage) -> TypePage:
    """Return the same type with its fields in the organisation's language."""
    organisation = current_organisation()
    return type_page(
        organisation_id=organisation.id, public_id=page.type.public_id, language=organisation.language
    )


def first_type() -> str:
    """Return the public id of the first type. Raises NoReactionTypes."""
    types = types_of(organisation_id=current_organisation().id, language=language())
    if not types:
        raise NoReactionTypes
    return types[0].public_id


def show(tab: str, page: TypePage, **values: Any) -> str:
    """Return one tab."""
    organisation = current_organisation()
    types = types_of(organisation_id=organisation.id, language=language())
    places = [line.public_id for line in types]
    return render_template(
        f"settings/web/{tab}.html",
        here="web",
        tab=tab,
        tabs=[(name, gettext(label)) for name, label in TABS],
        types=types,
        place=places.index(page.type.public_id) + 1,
        type=page.type,
        type_name=words_in(page.texts, language(), "name") or page.type.key,
        debtors_read=words_in(page.texts, organisation.language, "label"),
        organisation=organisation,
        last=last_saved(),
        **values,
    )


def words_in(texts: Mapping[str, ReactionTypeText], wanted: str, part: str) -> str:
    """Return a type's words in the wanted language, else in English."""
    words = texts.get(wanted) or texts.get("en")
    return str(getattr(words, part)) if words else ""
