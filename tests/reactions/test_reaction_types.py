"""What an administrator decides about reaction types counts at once and is audited."""

from typing import Any

import pytest
from sqlalchemy import select

from core.audit import AuditEvent
from core.database import db
from reactions.models import Audience
from reactions.operations import reaction_types as types
from reactions.operations import type_checks
from reactions.queries.offered import OfferedType, offered_types
from reactions.queries.reaction_types import TypePage, TypeUnknown, type_page, types_of
from tests import factories
from tests.reactions.conftest import NOW, Counter


def page(counter: Counter, key: str) -> TypePage:
    with counter.scope():
        lines = types_of(organisation_id=counter.organisation.id, language="en")
        public_id = next(line.public_id for line in lines if line.key == key)
        return type_page(organisation_id=counter.organisation.id, public_id=public_id, language="en")


def change(counter: Counter, key: str, **values: Any) -> Any:
    """Save the form of a type as it stands, but for what is named."""
    now_is = page(counter, key).type
    form: dict[str, Any] = {name: getattr(now_is, name) for name in types.PARAMETERS}
    with counter.scope():
        return types.change_type(
            **form
            | {
                "organisation_id": counter.organisation.id,
                "type_public_id": now_is.public_id,
                "version": now_is.version,
                "texts": {},
                "member_id": counter.member.id,
                "now": NOW,
            }
            | values
        )


def change_fields(counter: Counter, key: str, **fields: tuple[bool, bool]) -> Any:
    now_is = page(counter, key).type
    with counter.scope():
        return types.change_fields(
            organisation_id=counter.organisation.id,
            type_public_id=now_is.public_id,
            version=now_is.version,
            fields=fields,
            member_id=counter.member.id,
            now=NOW,
        )


def offered(counter: Counter, kind: str = "person", language: str = "nl") -> dict[str, OfferedType]:
    with counter.scope():
        found = offered_types(organisation_id=counter.organisation.id, debtor_kind=kind, language=language)
    return {type_.key: type_ for type_ in found}


def last_event(counter: Counter) -> AuditEvent:
    with counter.scope():
        return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def test_a_type_switched_on_is_offered_at_once(counter: Counter) -> None:
    assert "question" not in offered(counter)
    version = counter.organisation.settings_version
    change(counter, "question", is_offered=True)
    assert "question" in offered(counter)
    db.session.refresh(counter.organisation)
    assert counter.organisation.settings_version == version + 1


def test_words_count_at_once_and_only_in_their_language(counter: Counter) -> None:
    before = offered(counter, language="fr")["complaint"].label
    change(
        counter, "complaint", texts={"nl": {"name": "Klacht", "label": " Er klopt\niets niet ", "hint": ""}}
    )
    assert offered(counter)["complaint"].label == "Er klopt iets niet"
    assert offered(counter)["complaint"].hint == ""
    assert offered(counter, language="fr")["complaint"].label == before


def test_a_change_is_audited_with_before_and_after(counter: Counter) -> None:
    change(
        counter,
        "complaint",
        code="KL99",
        review_days=3,
        texts={"en": {"label": "No", "hint": "Hm", "name": ""}},
    )
    told = last_event(counter)
    assert (told.what, told.member_id, told.details["type"]) == (
        "reaction_type.changed",
        counter.member.id,
        "complaint",
    )
    assert told.details["changes"]["code"] == ["KL01", "KL99"]
    assert told.details["changes"]["review_days"] == [5, 3]
    assert told.details["changes"]["en.label"] == ["I do not agree with the invoice", "No"]
    assert "exempts" not in told.details["changes"]


def test_saving_without_a_change_is_not_told(counter: Counter) -> None:
    change(counter, "complaint")
    with counter.scope():
        assert db.session.scalars(select(AuditEvent)).all() == []


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"code": "BT01"}, type_checks.CodeAlreadyUsed),
        ({"code": " \x00 "}, type_checks.CodeMissing),
        ({"code": "x" * 41}, type_checks.WordsTooLong),
        ({"review_days": 91}, type_checks.DaysOutOfRange),
        ({"review_days": -1}, type_checks.DaysOutOfRange),
        ({"promise_days": 366}, type_checks.DaysOutOfRange),
        ({"assignee_id": 999999}, type_checks.AssigneeUnknown),
        ({"texts": {"nl": {"label": "  "}}}, types.LabelMissing),
        ({"texts": {"nl": {"label": "x" * 121}}}, type_checks.WordsTooLong),
        ({"version": 99}, types.TypeChangedMeanwhile),
        ({"type_public_id": "nonsense"}, TypeUnknown),
    ],
)
def test_what_cannot_be_is_refused(
    counter: Counter, values: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        change(counter, "complaint", **values)


def test_a_member_of_elsewhere_gets_no_work_and_changes_nothing(
    counter: Counter, other_counter: Counter
) -> None:
    with pytest.raises(type_checks.AssigneeUnknown):
        change(counter, "complaint", assignee_id=other_counter.member.id)
    with pytest.raises(TypeUnknown):
        change(counter, "complaint", type_public_id=page(other_counter, "complaint").type.public_id)


def test_persons_and_companies_always_have_something_to_choose(counter: Counter) -> None:
    for key in ("complaint", "paid", "will_pay"):
        change(counter, key, is_offered=False)
    for values in ({"is_offered": False}, {"audience": Audience.COMPANIES}):
        with pytest.raises(type_checks.NoTypeLeft):
            change(counter, "unknown", **values)
        db.session.rollback()
        for key in ("complaint", "paid", "will_pay"):
            change(counter, key, is_offered=False)


def test_two_administrators_do_not_overwrite_each_other(counter: Counter) -> None:
    seen = page(counter, "complaint").type.version
    change_fields(counter, "complaint", order_number=(True, True))
    with pytest.raises(types.TypeChangedMeanwhile):
        change(counter, "complaint", version=seen, code="KL02")


def test_new_work_goes_to_who_was_chosen_for_it(counter: Counter) -> None:
    colleague = factories.member(counter.organisation)
    change(counter, "complaint", assignee_id=colleague.id)
    assert counter.action_of(counter.react("complaint")).assignee_id == colleague.id


def test_who_was_shut_out_gets_no_new_work(counter: Counter) -> None:
    colleague = factories.member(counter.organisation)
    change(counter, "complaint", assignee_id=colleague.id)
    for active, expected in ((False, None), (True, colleague.id)):
        with counter.scope():
            colleague.active = active
            db.session.commit()
        assert counter.action_of(counter.react("complaint")).assignee_id == expected


def test_open_actions_keep_what_they_were_given(counter: Counter) -> None:
    reaction = counter.react("complaint")
    change(counter, "complaint", exempts=False, review_days=1)
    action = counter.action_of(reaction)
    assert (action.exempts, action.review_on) == (True, reaction.answer_by)


def test_a_field_is_shown_and_hidden(counter: Counter) -> None:
    change_fields(counter, "complaint", order_number=(True, False), amount=(False, True))
    fields = {field.key: field.is_optional for field in offered(counter)["complaint"].fields}
    assert fields == {"reason": False, "explanation": False, "order_number": False}
    assert last_event(counter).details["changes"] == {
        "order_number.visible": [False, True],
        "order_number.optional": [True, False],
        "amount.visible": [True, False],
    }


@pytest.mark.parametrize("flags", [(False, False), (True, True), (False, True)])
def test_the_day_of_a_promise_cannot_be_left_out(counter: Counter, flags: tuple[bool, bool]) -> None:
    with pytest.raises(types.FieldNeeded):
        change_fields(counter, "will_pay", pay_on=flags)
    assert next(line for line in page(counter, "will_pay").fields if line.field.key == "pay_on").is_fixed


def test_types_are_put_in_another_order(counter: Counter) -> None:
    with counter.scope():
        types.move_type(
            organisation_id=counter.organisation.id,
            type_public_id=page(counter, "unknown").type.public_id,
            place=1,
            member_id=counter.member.id,
            now=NOW,
        )
    assert list(offered(counter)) == ["unknown", "complaint", "paid", "will_pay"]
    assert last_event(counter).details["changes"] == {"position": [4, 1]}


def test_types_are_read_in_one_statement_once_they_are_known(counter: Counter, statements: list[str]) -> None:
    offered(counter)
    statements.clear()
    offered(counter)
    assert len([statement for statement in statements if "FROM" in statement]) == 1


def test_a_language_without_words_falls_back_to_the_organisations(counter: Counter) -> None:
    words = page(counter, "complaint").texts
    with counter.scope():
        db.session.delete(words["nb"])
        counter.organisation.settings_version += 1
        db.session.flush()
    assert offered(counter, language="nb")["complaint"].label == words["nl"].label
