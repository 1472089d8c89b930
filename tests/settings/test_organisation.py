"""The organisation's own data and its creditors."""

from collections.abc import Callable
from datetime import date

import pytest

from core import tenancy
from core.database import db
from core.members.models import Member
from core.organisations.models import Creditor
from core.web.accounts import hash_of_new_password
from tests.moments import Clock
from tests.people import Person
from tests.settings.conftest import Office

PROFILE = "/settings/organisation"
NEW = "/settings/organisation/creditors/new"
PASSWORD = "vier natte schoenen"
GOOD = {"code": "NH", "name": "Noordhaven Wonen", "iban": "NL91 ABNA 0417 1643 00", "bic": "ABNANL2A"}


def creditor(office: Office, code: str = "VW") -> Creditor:
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        return db.session.query(Creditor).filter_by(code=code).one()


def with_password(office: Office, person: Person) -> None:
    with office.app.app_context(), tenancy.scope(person.organisation.id):
        row = db.session.get_one(Member, person.member.id)
        row.password = hash_of_new_password(row, PASSWORD, organisation_name=person.organisation.name)
        db.session.commit()


def test_data_is_stored_and_stands_on_the_debtors_pages(office: Office, boss: Person) -> None:
    typed = {
        "name": "Noordhaven Wonen",
        "support_phone": "+31 (0)20 123 45 67",
        "support_email": "vragen@noordhaven.example",
        "debt_help_name": "Geldfit",
        "debt_help_phone": "0800-8115",
        "zone": "Europe/Brussels",
        "country": "BE",
        "language": "fr",
    }
    boss.open(PROFILE).submit(typed, to="/organisation")
    now = office.now()
    assert {name: getattr(now, name) for name in typed} == typed
    words = boss.open("/settings/preview").words
    assert "Noordhaven Wonen" in words
    assert "0800-8115" in words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "  "}, "Fill this in."),
        ({"name": "x" * 121}, "This text is too long. At most 120 characters fit."),
        ({"support_email": "not an address"}, "This is not an e-mail address."),
        ({"support_phone": "call us"}, "This is not a telephone number."),
        ({"debt_help_phone": "1"}, "This is not a telephone number."),
        ({"postal_address": "x" * 241}, "This text is too long. At most 240 characters fit."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    office: Office, boss: Person, typed: dict[str, str], sentence: str
) -> None:
    words = typed | {"register_number": "KvK 12345678"}
    page = boss.open(PROFILE).submit(words, to="/organisation", status=422)
    assert page.words.count(sentence) == 2
    form = page.form(to="/organisation")
    assert {name: form.values[name][0] for name in words} == words
    assert office.lines("organisation.changed") == []


def test_all_that_is_wrong_is_said_at_once(boss: Person) -> None:
    page = boss.open(PROFILE).submit(
        {"name": "", "support_email": "x", "support_phone": "y"}, to="/organisation", status=422
    )
    assert len(page.root.findall(".//div[@class='error-summary']//li")) == 3


def test_control_characters_are_left_out(office: Office, boss: Person) -> None:
    boss.open(PROFILE).submit({"name": "Volt\x00werk\r\nNoord\u202e"}, to="/organisation")
    assert office.now().name == "Voltwerk Noord"


def test_who_saves_second_sees_both_versions(office: Office, boss: Person, colleague: Person) -> None:
    mine = boss.open(PROFILE)
    colleague.open(PROFILE).submit({"name": "Voltwerk Noord"}, to="/organisation")
    page = mine.submit({"name": "Voltwerk Zuid"}, to="/organisation", status=409)
    assert "Name Voltwerk Noord Voltwerk Zuid" in page.words
    page.submit(button="Save yours instead")
    assert office.now().name == "Voltwerk Zuid"


def test_the_name_of_another_organisation_stays(
    office: Office, boss: Person, new_office: Callable[..., Office]
) -> None:
    elsewhere = new_office(name="Elders")
    boss.open(PROFILE).submit({"name": "Anders"}, to="/organisation")
    assert (office.now().name, elsewhere.now().name) == ("Anders", "Elders")


def test_a_creditor_is_added_with_its_numbers_in_one_form(office: Office, boss: Person) -> None:
    page = boss.open(NEW).submit(GOOD)
    assert "Noordhaven Wonen" in page.words
    stored = creditor(office, "NH")
    assert (stored.iban, stored.bic, stored.account_name) == (
        "NL91ABNA0417164300",
        "ABNANL2A",
        "Noordhaven Wonen",
    )
    assert office.lines("creditor.added")[0].member_id == boss.member.id


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"iban": "NL92ABNA0417164300"}, "This IBAN is not right."),
        ({"iban": "x"}, "This IBAN is not right."),
        ({"bic": "ABN"}, "This BIC is not right."),
        ({"code": ""}, "Fill this in."),
        ({"code": "VW"}, "There is already a creditor with the code VW."),
    ],
)
def test_a_creditor_with_wrong_numbers_is_not_stored(
    office: Office, boss: Person, typed: dict[str, str], sentence: str
) -> None:
    page = boss.open(NEW).submit(GOOD | typed, status=422)
    assert page.words.count(sentence) == 2
    assert page.form().values["name"] == ["Noordhaven Wonen"]
    assert office.lines("creditor.added") == []


def test_a_creditor_is_changed(office: Office, boss: Person) -> None:
    address = f"/settings/organisation/creditors/{creditor(office).public_id}"
    with_password(office, boss)
    typed = {"name": "Voltwerk B.V.", "iban": "BE68 5390 0754 7034", "password": PASSWORD}
    boss.open(address).submit(typed)
    assert creditor(office).iban == "BE68539007547034"
    assert office.lines("creditor.changed")[0].details["changes"]["iban"] == [
        "NL91ABNA0417164300",
        "BE68539007547034",
    ]


@pytest.mark.parametrize(
    "typed", [{"iban": "BE68 5390 0754 7034"}, {"bic": "INGBNL2A"}, {"account_name": "Somebody else"}]
)
def test_where_debtors_pay_to_is_not_changed_in_a_borrowed_browser(
    office: Office, boss: Person, typed: dict[str, str]
) -> None:
    before, address = creditor(office), f"/settings/organisation/creditors/{creditor(office).public_id}"
    with_password(office, boss)
    page = boss.open(address).submit(typed, status=422)
    assert page.words.count("Enter your password too: debtors will pay to another account.") == 2
    page = page.submit({"password": "vier droge schoenen"}, status=422)
    assert page.words.count("This is not the password you have now.") == 2
    now = creditor(office)
    assert (now.iban, now.bic, now.account_name) == (before.iban, before.bic, before.account_name)
    assert office.lines("creditor.changed") == []
    # What was typed is still there, and the password is not.
    assert page.form().values | {name: [text] for name, text in typed.items()} == page.form().values
    assert "droge" not in page.response.text
    page.submit({"password": PASSWORD})
    (line,) = office.lines("creditor.changed")
    assert set(line.details["changes"]) == set(typed)


def test_guessing_the_password_at_a_creditor_is_stopped_and_a_right_one_forgets_the_slips(
    office: Office, boss: Person
) -> None:
    address = f"/settings/organisation/creditors/{creditor(office).public_id}"
    with_password(office, boss)
    for number in range(12):
        boss.open(address).submit({"account_name": f"Voltwerk {number}", "password": PASSWORD})
    wrong = {"account_name": "Somebody else", "password": "vier droge schoenen"}
    for _ in range(10):
        boss.open(address).submit(wrong, status=422)
    boss.open(address).submit(wrong | {"password": PASSWORD}, status=429)
    assert creditor(office).account_name == "Voltwerk 11"


def test_a_password_that_is_not_needed_is_not_looked_at(office: Office, boss: Person) -> None:
    address = f"/settings/organisation/creditors/{creditor(office).public_id}"
    boss.open(address).submit({"name": "Voltwerk B.V.", "password": "what the browser filled in"})
    assert creditor(office).name == "Voltwerk B.V."


def test_a_creditor_who_cannot_reclaim_vat_adds_it_from_the_next_day_on(
    office: Office, boss: Person, clock: Clock
) -> None:
    address = f"/settings/organisation/creditors/{creditor(office).public_id}"
    boss.open(address).submit({"adds_vat": "y"})
    assert (creditor(office).adds_vat, creditor(office).adds_vat_from) == (True, date(2026, 11, 19))
    boss.open(address).submit({"name": "Voltwerk B.V."})
    assert creditor(office).adds_vat_from == date(2026, 11, 19)
    assert office.lines("creditor.changed")[0].details["changes"] == {"adds_vat": [False, True]}
    assert (
        "Cannot reclaim VAT: add it to collection costs: no, now yes" in boss.open("/settings/history").words
    )
    boss.open(address).submit({"adds_vat": None})
    assert (creditor(office).adds_vat, creditor(office).adds_vat_from) == (False, None)


def test_a_new_creditor_who_cannot_reclaim_vat_adds_it_at_once(office: Office, boss: Person) -> None:
    boss.open(NEW).submit(GOOD | {"adds_vat": "y"})
    stored = creditor(office, "NH")
    assert (stored.adds_vat, stored.adds_vat_from) == (True, stored.created_at.date())


def test_a_code_that_another_creditor_has_is_refused(office: Office, boss: Person) -> None:
    boss.open(NEW).submit(GOOD)
    address = f"/settings/organisation/creditors/{creditor(office).public_id}"
    assert "already a creditor" in boss.open(address).submit({"code": "NH"}, status=422).words


def test_who_saves_a_creditor_second_sees_both_versions(
    office: Office, boss: Person, colleague: Person
) -> None:
    address = f"/settings/organisation/creditors/{creditor(office).public_id}"
    mine = boss.open(address)
    colleague.open(address).submit({"name": "Een"})
    page = mine.submit({"name": "Twee", "password": PASSWORD}, status=409)
    assert "Name Een Twee" in page.words
    assert PASSWORD not in page.response.text
    page.submit(button="Save yours instead")
    assert creditor(office).name == "Twee"


def test_a_creditor_of_another_organisation_is_not_there(
    boss: Person, new_office: Callable[..., Office]
) -> None:
    elsewhere = new_office(name="Elders")
    address = f"/settings/organisation/creditors/{creditor(elsewhere).public_id}"
    boss.open(address, status=404)
    token = boss.open(NEW).form().values["csrf_token"]
    boss.ask("POST", address, data={"csrf_token": token, **GOOD}, status=404)
