"""The limits of SMS: how many a day and to which countries, and what of today's number is used."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from core import tenancy
from core.database import db
from core.members.models import Role
from core.organisations.settings import COUNTRIES
from messaging.sms_models import SmsDay
from tests.moments import Clock
from tests.people import Person
from tests.settings.conftest import Office
from tests.visitor import Page

LIMITS = "/settings/organisation/sms"


def hand_over(office: Office, *days: tuple[date, int]) -> None:
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        for day, handed in days:
            db.session.add(SmsDay(organisation_id=office.organisation.id, day=day, handed=handed))
        db.session.commit()


def save(person: Person, status: int = 200, **typed: str) -> Page:
    return person.open(LIMITS).submit(typed, to="/sms", status=status)


def test_an_administrator_says_how_many_and_where_to(office: Office, boss: Person) -> None:
    page = save(boss, sms_per_day=" 250 ", sms_countries="be, DE;de  lu")
    assert "Saved. It counts for every SMS that leaves from now on." in page.words
    assert (office.now().sms_per_day, office.now().sms_countries) == (250, "BE DE LU")
    assert "0 of 250 at most" in page.words
    assert "Countries Belgium, Germany, Luxembourg, Netherlands" in page.words


def test_the_organisation_page_leads_there(office: Office, boss: Person) -> None:
    page = boss.open("/settings/organisation").follow("How many SMS may leave a day, and to which countries")
    assert page.heading == "SMS"


def test_the_page_counts_what_was_handed_over_on_the_organisations_present_day(
    clock: Clock, office: Office, boss: Person
) -> None:
    hand_over(office, (date(2026, 11, 17), 7000), (date(2026, 11, 18), 1234), (date(2026, 11, 19), 5))
    words = boss.open(LIMITS).words
    assert "SMS sent today 1,234 of 10,000 at most" in words
    assert "Can still leave today 8,766" in words
    save(boss, sms_per_day="1000")
    assert "Can still leave today 0 " in boss.open(LIMITS).words


@pytest.mark.parametrize(("typed", "stored"), [("0", 0), ("1", 1), ("100000", 100_000)])
def test_the_ends_of_the_range_are_accepted(office: Office, boss: Person, typed: str, stored: int) -> None:
    save(boss, sms_per_day=typed)
    assert office.now().sms_per_day == stored


def test_with_none_a_day_the_page_says_that_no_sms_leave(office: Office, boss: Person) -> None:
    assert "What is over the number waits for the next day." in boss.open(LIMITS).words
    words = save(boss, sms_per_day="0").words
    assert "SMS sent today 0 of 0 at most Can still leave today 0 " in words
    assert "No SMS leave." in words
    assert "waits for the next day" not in words


@pytest.mark.parametrize("typed", ["", "-1", "100001", "1.5", "10.000", "many", "9" * 400, "٣"])
def test_a_number_that_cannot_be_is_refused_at_its_field(office: Office, boss: Person, typed: str) -> None:
    page = save(boss, 422, sms_per_day=typed, sms_countries="BE LU")
    assert page.words.count("Fill in a whole number from 0 to 100000.") == 2
    form = page.form(to="/sms")
    assert (form.values["sms_per_day"][0], form.values["sms_countries"][0]) == (typed, "BE LU")
    assert office.now().sms_per_day == 10_000
    assert office.lines("organisation.changed") == []


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("BE UK", "UK"),
        ("België LU EU", "België, EU"),
        ("ZZ", "ZZ"),
        ("001", "001"),
        ("B E", "B, E"),
        ("<b>NL</b>", "<b>NL</b>"),
        ("x" * 5000, "x" * 20),
        (" ".join(f"Q{number}" for number in range(50)), ", ".join(f"Q{number}" for number in range(10))),
    ],
)
def test_every_code_that_is_no_country_is_named_at_its_field(
    office: Office, boss: Person, typed: str, named: str
) -> None:
    page = save(boss, 422, sms_countries=typed)
    sentence = f"No country has this code: {named}. Write two letters for each, such as BE."
    assert page.words.count(sentence) == 2
    assert office.now().sms_countries == "NL BE DE FR NO"


def test_as_many_countries_as_are_kept_fit_and_one_more_is_refused(office: Office, boss: Person) -> None:
    save(boss, sms_countries=" ".join(COUNTRIES[:80]))
    assert office.now().sms_countries.split() == list(COUNTRIES[:80])
    page = save(boss, 422, sms_countries=" ".join(COUNTRIES[:81]))
    assert page.words.count("These are too many countries. Name at most 80.") == 2


def test_without_any_other_country_the_own_one_is_left(office: Office, boss: Person) -> None:
    assert "Countries Netherlands What" in save(boss, sms_countries=" ").words
    assert office.now().sms_countries == ""
    assert "Countries that SMS may go to: Belgium, France, Germany, Netherlands, Norway, now nothing" in (
        boss.open("/settings/history").words
    )


def test_the_history_tells_the_change_in_words(office: Office, boss: Person) -> None:
    save(boss, sms_per_day="0", sms_countries="be lu")
    words = boss.open("/settings/history").words
    assert "Noor Bakker changed the settings of the organisation" in words
    assert "SMS a day, at most: 10,000, now 0" in words
    assert "Norway, now Belgium, Luxembourg" in words


def test_saving_what_is_stored_already_writes_no_line(office: Office, boss: Person) -> None:
    save(boss)
    assert office.lines("organisation.changed") == []


def test_who_saves_second_sees_both_versions(office: Office, boss: Person, colleague: Person) -> None:
    mine = boss.open(LIMITS)
    save(colleague, sms_per_day="50")
    page = mine.submit({"sms_per_day": "70", "sms_countries": "LU"}, to="/sms", status=409)
    assert "SMS a day, at most 50 70" in page.words
    assert "Countries that SMS may go to NL BE DE FR NO LU" in page.words
    assert office.now().sms_per_day == 50
    page.submit(button="Save yours instead")
    assert (office.now().sms_per_day, office.now().sms_countries) == (70, "LU")


def test_the_limits_do_not_overtake_the_other_settings(
    office: Office, boss: Person, colleague: Person
) -> None:
    mine = boss.open(LIMITS)
    colleague.open("/settings/organisation").submit({"name": "Voltwerk Noord"}, to="/organisation")
    mine.submit({"sms_per_day": "70"}, to="/sms")
    assert (office.now().name, office.now().sms_per_day) == ("Voltwerk Noord", 70)


def test_the_limits_of_another_organisation_stay_and_are_not_counted(
    clock: Clock,
    office: Office,
    boss: Person,
    new_office: Callable[..., Office],
    at_the_desk: Callable[..., Person],
) -> None:
    elsewhere = new_office(name="Elders")
    stranger = at_the_desk(Role.ADMINISTRATOR, elsewhere.organisation)
    hand_over(office, (date(2026, 11, 18), 12))
    page = save(stranger, sms_per_day="3", sms_countries="LU")
    assert "SMS sent today 0 of 3 at most" in page.words
    assert (office.now().sms_per_day, elsewhere.now().sms_per_day) == (10_000, 3)
    assert office.lines("organisation.changed") == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_nobody_with_a_lesser_role_changes_them(
    app: Flask, office: Office, at_the_desk: Callable[..., Person], role: Role
) -> None:
    person = at_the_desk(role, office.organisation)
    token = person.open("/desk/account").form(to="/sign-out").values["csrf_token"]
    answer = person.client.post(LIMITS, data={"csrf_token": token, "sms_per_day": "0"})
    assert answer.status_code == 403
    assert office.now().sms_per_day == 10_000


@pytest.mark.parametrize(
    ("language", "belgium", "number"), [("nl", "België", "10.000"), ("fr", "Belgique", "10\u202f000")]
)
def test_countries_and_numbers_are_in_the_readers_language(
    office: Office, at_the_desk: Callable[..., Person], language: str, belgium: str, number: str
) -> None:
    person = at_the_desk(Role.ADMINISTRATOR, office.organisation, language=language)
    text = person.open(LIMITS).response.text
    assert f"<span>{belgium}</span>" in text
    assert number in text
