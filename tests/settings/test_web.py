"""Web settings: what debtors can choose, what it sets off, which fields it shows, in which order."""

from collections.abc import Callable

import pytest

from core import tenancy
from core.members.models import Role
from reactions.queries.offered import offered_types
from tests.people import Person
from tests.settings.conftest import Office


def offered(office: Office, kind: str = "person", language: str = "nl") -> list[str]:
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        types = offered_types(organisation_id=office.organisation.id, debtor_kind=kind, language=language)
        return [type_.key for type_ in types]


def asked(office: Office, key: str = "complaint") -> dict[str, bool]:
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        types = offered_types(organisation_id=office.organisation.id, debtor_kind="person", language="nl")
        chosen = next(type_ for type_ in types if type_.key == key)
        return {field.key: field.is_optional for field in chosen.fields}


def parameters(office: Office, key: str = "complaint") -> str:
    return f"/settings/web/{office.type_id(key)}/parameters"


def fields(office: Office, key: str = "complaint") -> str:
    return f"/settings/web/{office.type_id(key)}/fields"


def test_the_menu_leads_to_the_first_type(office: Office, boss: Person) -> None:
    page = boss.open("/desk/account").follow("Web settings")
    assert page.path == parameters(office)
    assert "Debtors read: “Ik ben het niet eens met de factuur”" in page.words


def test_a_type_that_is_switched_off_is_no_longer_offered(office: Office, boss: Person) -> None:
    assert "complaint" in offered(office)
    page = boss.open(parameters(office)).submit({"is_offered": None}, to="/parameters")
    assert "Saved." in page.words
    assert "complaint" not in offered(office)


def test_a_type_can_be_for_companies_only(office: Office, boss: Person) -> None:
    boss.open(parameters(office)).submit({"audience": "companies"}, to="/parameters")
    assert "complaint" not in offered(office)
    assert "complaint" in offered(office, "company")


def test_words_are_stored_by_language(office: Office, boss: Person) -> None:
    boss.open(parameters(office)).submit({"label_fr": "Je conteste la facture"}, to="/parameters")
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        types = offered_types(organisation_id=office.organisation.id, debtor_kind="person", language="fr")
    assert types[0].label == "Je conteste la facture"


def test_an_action_is_assigned_to_who_was_chosen(office: Office, boss: Person, colleague: Person) -> None:
    boss.open(parameters(office)).submit({"assignee": colleague.member.public_id}, to="/parameters")
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        types = offered_types(organisation_id=office.organisation.id, debtor_kind="person", language="nl")
    assert types[0].assignee_id == colleague.member.id


def test_the_page_says_that_who_gets_new_actions_has_left(
    office: Office, boss: Person, colleague: Person
) -> None:
    page = boss.open(parameters(office)).submit({"assignee": colleague.member.public_id}, to="/parameters")
    assert "can no longer sign in" not in page.words
    boss.open(f"/settings/members/{colleague.member.public_id}").submit(to="/disable")
    page = boss.open(parameters(office))
    assert (
        "Ada Visser can no longer sign in, so new actions go to nobody. Choose somebody else." in page.words
    )
    assert page.form(to="/parameters").values["assignee"] == [""]
    page = page.submit({"assignee": boss.member.public_id}, to="/parameters")
    assert "can no longer sign in" not in page.words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": " "}, "Fill this in."),
        ({"code": "BT01"}, "The action ID BT01 is already used for another reaction."),
        ({"code": "x" * 41}, "This text is too long. At most 40 characters fit."),
        ({"review_days": "91"}, "Fill in a number from 0 to 90."),
        ({"review_days": "some"}, "Fill in a whole number."),
        ({"promise_days": "-1"}, "Fill in a number from 0 to 365."),
        ({"promise_days": "9" * 5000}, "Fill in a whole number."),
        ({"label_de": ""}, "Fill this in."),
        ({"hint_nb": "x" * 241}, "This text is too long. At most 240 characters fit."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    office: Office, boss: Person, typed: dict[str, str], sentence: str
) -> None:
    words = typed | {"hint_nl": "Dat zoeken wij uit."}
    page = boss.open(parameters(office)).submit(words, to="/parameters", status=422)
    assert page.words.count(sentence) == 2
    form = page.form(to="/parameters")
    assert {name: form.values[name] for name in words} == {name: [value] for name, value in words.items()}
    assert office.lines("reaction_type.changed") == []


def test_words_and_their_errors_say_which_language_they_are_in(office: Office, boss: Person) -> None:
    page = boss.open(parameters(office)).submit({"label_de": ""}, to="/parameters", status=422)
    assert "What debtors choose (German): Fill this in." in page.words
    for code, name in (("de", "German"), ("nb", "Norwegian Bokmål")):
        group = page.root.find(f".//div[@role='group'][@aria-label='{name}']")
        assert group is not None, name
        assert {field.get("lang") for field in group.iter("input")} == {code}


def test_the_last_reaction_of_persons_stays(office: Office, boss: Person) -> None:
    for key in ("complaint", "paid", "will_pay"):
        boss.open(parameters(office, key)).submit({"is_offered": None}, to="/parameters")
    page = boss.open(parameters(office, "unknown")).submit({"is_offered": None}, to="/parameters", status=422)
    assert "At least one reaction has to stay available" in page.words
    assert offered(office) == ["unknown"]


def test_a_hidden_field_is_not_asked_and_an_optional_one_may_stay_empty(office: Office, boss: Person) -> None:
    assert asked(office) == {"reason": False, "explanation": False, "amount": True}
    boss.open(fields(office)).submit(
        {"visible": ["reason", "explanation"], "optional": ["explanation"]}, button="Save"
    )
    assert asked(office) == {"reason": False, "explanation": True}


def test_changes_of_fields_can_be_seen_before_they_are_saved(office: Office, boss: Person) -> None:
    page = boss.open(fields(office)).submit({"visible": ["reason"]}, button="Show my changes")
    sketch = page.words.partition("As the debtor sees it")[2]
    assert "Waarom" in sketch
    assert "Wat klopt er niet?" not in sketch
    assert asked(office) == {"reason": False, "explanation": False, "amount": True}


def test_the_day_of_a_promise_is_always_asked(office: Office, boss: Person) -> None:
    page = boss.open(fields(office, "will_pay"))
    assert "Always Never" in page.words
    page.submit({"visible": []}, button="Save")
    assert asked(office, "will_pay") == {"pay_on": False}


def test_a_field_that_is_not_there_cannot_be_switched_on(office: Office, boss: Person) -> None:
    form = boss.open(fields(office)).form(to="/fields")
    sent = form.filled_in({}, "Save") | {"visible": ["nonsense"]}
    assert boss.client.post(fields(office), data=sent).status_code == 422


def test_types_change_places(office: Office, boss: Person) -> None:
    boss.open(parameters(office)).submit(button="Move down")
    assert offered(office)[:2] == ["paid", "complaint"]
    boss.open(parameters(office)).submit(button="Move up")
    assert offered(office)[:2] == ["complaint", "paid"]


def test_who_saves_second_sees_both_versions(office: Office, boss: Person, colleague: Person) -> None:
    mine, theirs = boss.open(parameters(office)), colleague.open(parameters(office))
    theirs.submit({"code": "KL77"}, to="/parameters")
    page = mine.submit({"code": "KL99"}, to="/parameters", status=409)
    assert "Ada Visser changed this while you were working on it." in page.words
    assert "Action ID KL77 KL99" in page.words
    page.submit(button="Save yours instead")
    assert [line.details["changes"]["code"] for line in office.lines("reaction_type.changed")] == [
        ["KL01", "KL77"],
        ["KL77", "KL99"],
    ]


def test_who_saves_fields_second_sees_both_versions(office: Office, boss: Person, colleague: Person) -> None:
    mine, theirs = boss.open(fields(office)), colleague.open(fields(office))
    theirs.submit({"visible": ["reason"]}, button="Save")
    page = mine.submit({"optional": ["explanation"]}, button="Save", status=409)
    assert "Reason, Explanation, Disputed amount" in page.words
    page.submit(button="Save yours instead")
    assert asked(office)["explanation"] is True


def test_a_version_that_was_tampered_with_is_a_conflict(office: Office, boss: Person) -> None:
    for version in ("", "x", "9" * 40, "-1"):
        boss.open(parameters(office)).submit({"version": version}, to="/parameters", status=409)


def test_the_trail_says_what_it_was_before(office: Office, boss: Person) -> None:
    boss.open(parameters(office)).submit({"review_days": "3", "exempts": None}, to="/parameters")
    line = office.lines("reaction_type.changed")[0]
    assert line.member_id == boss.member.id
    assert line.details["changes"] == {"review_days": [5, 3], "exempts": [True, False]}


@pytest.mark.parametrize("place", ["9" * 31, "-" + "9" * 31, "0", "x", "", "9" * 5000])
def test_a_place_that_no_list_has_is_an_end_of_it(office: Office, boss: Person, place: str) -> None:
    form = {"csrf_token": boss.open("/settings/web").form(to="/move").values["csrf_token"][0]}
    moved = boss.ask("POST", f"/settings/web/{office.type_id()}/move", data=form | {"place": place})
    assert moved.heading


def test_the_types_of_another_organisation_are_not_there(
    boss: Person, new_office: Callable[..., Office]
) -> None:
    elsewhere = new_office(name="Elders").type_id()
    form = {"csrf_token": boss.open("/settings/web").form(to="/move").values["csrf_token"][0]}
    for tab in ("parameters", "fields", "other"):
        boss.open(f"/settings/web/{elsewhere}/{tab}", status=404)
    for action in ("parameters", "fields", "move"):
        boss.ask("POST", f"/settings/web/{elsewhere}/{action}", data=form, status=404)


def test_an_organisation_without_types_says_so(at_the_desk: Callable[..., Person]) -> None:
    page = at_the_desk(Role.ADMINISTRATOR).open("/settings/web", status=404)
    assert "no reactions yet" in page.words
