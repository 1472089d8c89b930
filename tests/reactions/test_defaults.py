"""What every organisation begins with: complete in five languages, and fit for every room it fits in."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

import reactions
from core import tenancy
from core.organisations.models import LANGUAGES
from invoices.models import DebtorKind
from reactions.field_kinds.table import KINDS
from reactions.models import ReactionType
from reactions.operations.founding import found_types
from reactions.queries.offered import offered_types
from tests import factories

FOLDER = Path(reactions.__file__).parent / "defaults"
TYPES: list[dict[str, Any]] = tomllib.loads((FOLDER / "types.toml").read_text())["types"]
LIMITS = {"name": 60, "label": 120, "hint": 240}
NEVER = {
    "nl": r"\b(debiteur|schuldenaar|aanman|wanbeta|je|jij|jouw)\w*\b|!",
    "fr": r"\b(débiteur|créance|relance|tu|ton|tes)\b|!",
    "de": r"\b(Schuldner|Mahn\w*|du|dein\w*)\b|!",
    "en": r"\b(debtor|dunning|exemption|action)\b|!",
    "nb": r"\b(skyldner|purring\w*|De|Dem)\b|!",
}


def words_of(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def texts(node: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in node.items():
        found += texts(value) if isinstance(value, dict) else [(key, value)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_words_for_every_type_field_and_choice_and_no_others(language: str) -> None:
    words = words_of(language)
    assert list(words) == [type_["key"] for type_ in TYPES]
    for type_ in TYPES:
        fields = words[type_["key"]]["fields"]
        assert list(fields) == [field["key"] for field in type_["fields"]]
        for field in type_["fields"]:
            choices = field.get("options", {}).get("choices", [])
            assert list(fields[field["key"]].get("choices", {})) == choices


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_fit_and_never_name_what_debtors_must_not_read(language: str) -> None:
    for key, text in texts(words_of(language)):
        assert 0 < len(text) <= LIMITS.get(key, 120), text
        if key != "name":
            assert not re.search(NEVER[language], text), text


def test_every_kind_that_is_asked_for_exists() -> None:
    assert {field["kind"] for type_ in TYPES for field in type_["fields"]} <= set(KINDS)


def test_a_promise_always_has_its_day() -> None:
    for type_ in TYPES:
        for field in type_["fields"]:
            if field.get("options", {}).get("sets") == "promised_on":
                assert not field.get("is_optional")
                assert field.get("is_visible", True)


def test_persons_are_offered_four_types_and_companies_five(session: scoped_session[Session]) -> None:
    organisation = factories.organisation()
    with tenancy.scope(organisation.id):
        found_types(organisation_id=organisation.id)
        session.commit()
        offered = {
            kind: [
                type_.key
                for type_ in offered_types(organisation_id=organisation.id, debtor_kind=kind, language="fr")
            ]
            for kind in DebtorKind
        }
        stored = session.scalars(select(ReactionType.code)).all()
    base = ["complaint", "paid", "will_pay", "unknown"]
    assert offered == {DebtorKind.PERSON: base, DebtorKind.COMPANY: [*base, "not_approved"]}
    assert len(stored) == len(set(stored)) == 9
