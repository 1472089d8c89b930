"""Debtors: found, entered and changed by hand, and how to reach them."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from core.audit import AuditEvent
from core.database import db
from core.organisations.models import Organisation
from invoices.models import Channel, ContactPoint, ContactState, Debtor, DebtorKind
from links.models import AccessLink
from links.operations import issue
from tests import factories
from tests.desk.conftest import Office
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page, Visitor

PERSON = {"kind": "person", "last_name": "Müller", "first_name": "Éva", "language": "de", "country": "DE"}


def debtor_page(person: Person, office: Office) -> Page:
    """Open the page of the office's debtor."""
    return person.open(f"/desk/debtors/{office.debtor.public_id}")


def contacts(office: Office, debtor: Debtor | None = None) -> dict[str, str]:
    """Return the values of a debtor's contact points by channel."""
    wanted = (debtor or office.debtor).id
    rows = office.work(
        lambda: db.session.scalars(select(ContactPoint).where(ContactPoint.debtor_id == wanted)).all()
    )
    return {row.channel.value: row.value for row in rows}


def added(office: Office) -> Debtor:
    """Return the debtor that came last."""
    found: Debtor = office.work(
        lambda: db.session.scalars(select(Debtor).order_by(Debtor.id.desc()).limit(1)).one()
    )
    return found


def test_the_list_shows_what_each_debtor_owes(agent: Person, office: Office) -> None:
    office.react()
    page = agent.open("/desk/debtors")
    assert page.heading == "Debtors"
    for words in ("Sanne de Wit", "€2,250.00", "1 open", "1–1 of 1 shown"):
        assert words in page.words, words


@pytest.mark.parametrize("text", ["sanne wit", "WIT", "de wit sanne", "{number}", "{invoice}"])
def test_a_debtor_is_found_by_words_of_the_name_and_by_numbers(
    agent: Person, office: Office, text: str
) -> None:
    wanted = text.format(number=office.debtor.customer_number, invoice=office.invoices[0].number)
    assert "Sanne de Wit" in agent.open("/desk/debtors").submit({"q": wanted}).words


def test_signs_of_patterns_are_taken_as_they_are(agent: Person, office: Office) -> None:
    for text in ("%", "_", "\\", "'"):
        page = agent.open("/desk/debtors").submit({"q": text})
        assert "No debtor fits these filters" in page.words, text


def test_filters_of_what_is_owed(agent: Person, office: Office) -> None:
    assert "Sanne" in agent.open("/desk/debtors?owes=overdue&kind=person").words
    assert "No debtor fits" in agent.open("/desk/debtors?owes=nothing").words
    assert "No debtor fits" in agent.open("/desk/debtors?kind=company").words


def test_a_list_of_many_debtors_has_pages(agent: Person, office: Office, clock: Clock) -> None:
    office.work(lambda: [factories.debtor(office.organisation) for _ in range(50)])
    page = agent.open("/desk/debtors")
    assert "1–50 of 51 shown" in page.words
    last = page.follow("Next")
    assert "51–51 of 51 shown" in last.words
    assert last.follow("Previous").path == "/desk/debtors"


def test_the_page_shows_everything_around_a_debtor(agent: Person, office: Office) -> None:
    office.react("complaint")
    page = debtor_page(agent, office)
    assert page.heading == "Sanne de Wit"
    for words in (office.email.value, office.mobile.value, office.invoices[0].number, "Complaint", "Works"):
        assert words in page.words, words
    assert "The debtor reacted: Complaint" in page.words


def test_a_person_is_added_with_how_to_reach_them(agent: Person, office: Office) -> None:
    values = PERSON | {"email": "eva@mail.example", "mobile": "0151 2345 6789", "phone": "030 901820"}
    page = agent.open("/desk/debtors/new").submit(values, button="Add debtor")
    assert page.heading == "Éva Müller"
    assert "The debtor was added." in page.words
    stored = added(office)
    assert (stored.sort_name, stored.country) == ("muller eva", "DE")
    assert stored.customer_number.startswith("D-")
    assert contacts(office, stored) == {
        "email": "eva@mail.example", "sms": "+4915123456789", "phone": "+4930901820"
    }  # fmt: skip


def test_a_company_is_added_with_its_numbers_checked(agent: Person, office: Office) -> None:
    values = {"kind": "company", "company_name": "Bakkerij De Korenaar", "country": "BE"}
    page = agent.open("/desk/debtors/new").submit(
        values | {"register_number": "0123.456.780"}, button="Add debtor", status=422
    )
    assert "This number is not right (Belgium)." in page.words
    assert page.form("Add debtor").values["company_name"] == ["Bakkerij De Korenaar"]
    page.submit({"register_number": "0403.170.701", "vat_number": "BE 0403.170.701"}, button="Add debtor")
    stored = added(office)
    assert (stored.kind, stored.register_number, stored.vat_number) == (
        DebtorKind.COMPANY, "0403170701", "BE0403170701"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"last_name": ""}, "Fill in the last name."),
        ({"kind": "company"}, "Fill in the name of the company."),
        ({"customer_number": "{number}"}, "Another debtor already has customer number {number}."),
        ({"email": "eva@"}, "This is not an e-mail address."),
        ({"mobile": "123"}, "This is not a phone number of this country (Germany)."),
        ({"mobile": "030 901820"}, "This number cannot receive an SMS."),
        ({"last_name": "x" * 81}, "This is too long."),
        ({"vat_number": "DE1"}, "This number is not right (Germany)."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    agent: Person, office: Office, values: dict[str, str], sentence: str
) -> None:
    number = office.debtor.customer_number
    typed = PERSON | {name: value.format(number=number) for name, value in values.items()}
    page = agent.open("/desk/debtors/new").submit(typed, button="Add debtor", status=422)
    assert "The debtor was not added" in page.words
    assert f"Error: {sentence.format(number=number)}" in page.words
    form = page.form("Add debtor")
    assert {name: form.values[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert office.number_of(Debtor) == 1
    assert office.number_of(ContactPoint) == 2


def test_a_debtor_is_changed_and_the_trail_names_the_fields(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office).follow("Change").submit({"city": "Gent"}, button="Save debtor")
    assert "Gent" in page.words
    assert "changed the details of this debtor" in page.words
    details = office.work(
        lambda: db.session.scalars(
            select(AuditEvent.details).where(AuditEvent.what == "debtor.changed")
        ).one()
    )
    assert details == {"fields": ["city"]}


def test_saving_what_a_colleague_changed_meanwhile_is_refused(
    agent: Person, administrator: Person, office: Office, clock: Clock
) -> None:
    slow = debtor_page(agent, office).follow("Change")
    clock.pass_by(seconds=5)
    debtor_page(administrator, office).follow("Change").submit({"city": "Gent"}, button="Save debtor")
    page = slow.submit({"city": "Brugge"}, button="Save debtor", status=409)
    assert "Somebody changed this debtor in the meantime." in page.words
    assert page.form("Save debtor").values["city"] == ["Brugge"]
    assert office.now(office.debtor).city == "Gent"


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("NL", "06-12 34 56 79", "+31612345679"),
        ("BE", "0475/00.00.00", "+32475000000"),
        ("NO", "912 34 567", "+4791234567"),
        ("NL", "0032 475 00 00 00", "+32475000000"),
    ],
)
def test_a_mobile_number_is_read_as_people_of_its_country_write_it(
    agent: Person, office: Office, country: str, typed: str, stored: str
) -> None:
    def move() -> None:
        db.session.get_one(Debtor, office.debtor.id).country = country

    office.work(move)
    page = debtor_page(agent, office).follow("Add contact")
    page = page.submit({"channel": "sms", "value": typed}, button="Add contact")
    assert "The contact was added." in page.words
    assert stored in page.words


@pytest.mark.parametrize("spelled", [str, str.title])
def test_the_same_address_twice_is_refused(
    agent: Person, office: Office, spelled: Callable[[str], str]
) -> None:
    page = debtor_page(agent, office).follow("Add contact")
    again = spelled(office.email.value)
    page = page.submit({"channel": "email", "value": again}, button="Add contact", status=422)
    assert "Error: This address or number is already there." in page.words


def test_one_contact_is_the_first_choice(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office).follow(office.mobile.value)
    page.submit({"is_preferred": "y"}, button="Save contact")
    assert office.now(office.mobile).is_preferred
    assert not office.now(office.email).is_preferred


def test_a_contact_that_failed_can_be_used_again_once_it_is_right(agent: Person, office: Office) -> None:
    def fail() -> None:
        row = db.session.get_one(ContactPoint, office.email.id)
        row.state, row.state_reason = ContactState.FAILED, "550 unknown user"

    office.work(fail)
    page = debtor_page(agent, office)
    assert "Does not work" in page.words
    page = page.follow(office.email.value)
    assert "550 unknown user" in page.words
    page.submit({"value": "sanne@nieuw.example"}, button="Save contact")
    stored = office.now(office.email)
    assert (stored.value, stored.state, stored.state_reason) == (
        "sanne@nieuw.example", ContactState.USABLE, ""
    )  # fmt: skip


def test_links_to_an_address_that_was_corrected_stop_working(agent: Person, office: Office) -> None:
    def send() -> int:
        owner = db.session.get_one(Organisation, office.organisation.id)
        both = [
            issue(
                organisation=owner,
                debtor_id=office.debtor.id,
                contact_point_id=contact.id,
                channel=contact.channel,
                now=office.at,
            )
            for contact in (office.email, office.mobile)
        ]
        return both[0].id

    to_the_old_one = office.work(send)
    page = debtor_page(agent, office).follow(office.email.value)
    page.submit({"value": "sanne@nieuw.example"}, button="Save contact")
    revoked = office.work(
        lambda: db.session.scalars(select(AccessLink.id).where(AccessLink.revoked_at.is_not(None))).all()
    )
    assert to_the_old_one in revoked
    assert len(revoked) < office.work(lambda: db.session.scalar(select(func.count(AccessLink.id))))


def test_an_address_that_only_changes_its_capitals_is_the_same_one(agent: Person, office: Office) -> None:
    def fail() -> None:
        row = db.session.get_one(ContactPoint, office.email.id)
        row.state, row.state_reason = ContactState.FAILED, "550 unknown user"

    office.work(fail)
    spelled = office.email.value.capitalize()
    page = debtor_page(agent, office).follow(office.email.value)
    page.submit({"value": spelled}, button="Save contact")
    stored = office.now(office.email)
    assert (stored.value, stored.state) == (spelled, ContactState.FAILED)


def test_a_contact_switched_off_gets_no_messages(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office).follow(office.email.value)
    page.submit({"is_usable": None}, button="Save contact")
    assert office.now(office.email).state == ContactState.OPTED_OUT


def test_the_trail_keeps_no_whole_address(agent: Person, office: Office) -> None:
    page = debtor_page(agent, office).follow("Add contact")
    page.submit({"channel": "email", "value": "privé.adres@mail.example"}, button="Add contact", status=200)
    details = office.work(
        lambda: db.session.scalars(select(AuditEvent.details).where(AuditEvent.what == "contact.added")).one()
    )
    assert details == {"channel": Channel.EMAIL, "value": "p…@mail.example"}


def paths(office: Office) -> list[str]:
    """Return every address about the office's debtor."""
    of = f"/desk/debtors/{office.debtor.public_id}"
    return [of, f"{of}/edit", f"{of}/contacts/new", f"{of}/contacts/{office.email.public_id}"]


def test_a_viewer_looks_and_changes_nothing(viewer: Person, office: Office) -> None:
    page = debtor_page(viewer, office)
    assert "Send a link" not in page.words
    for path in (*paths(office)[1:], "/desk/debtors/new"):
        assert viewer.client.get(path).status_code == 403, path
        assert viewer.client.post(path).status_code == 403, path


def test_somebody_elses_debtor_is_no_page(
    agent_elsewhere: Person, office_elsewhere: Office, office: Office
) -> None:
    form = debtor_page(agent_elsewhere, office_elsewhere).follow("Change").form("Save debtor")
    for path in paths(office):
        agent_elsewhere.open(path, status=404)
        if path != paths(office)[0]:
            answer = agent_elsewhere.client.post(path, data=form.filled_in({"city": "Elders"}, None))
            assert answer.status_code == 404, path
    own = f"/desk/debtors/{office_elsewhere.debtor.public_id}/contacts/{office.email.public_id}"
    agent_elsewhere.open(own, status=404)
    assert office.now(office.debtor).city == ""


def test_a_stranger_is_led_to_sign_in(visitor: Visitor, office: Office) -> None:
    for path in (*paths(office), "/desk/debtors", "/desk/debtors/new"):
        assert visitor.open(path).path.startswith("/desk/sign-in"), path
    assert visitor.client.post(f"{paths(office)[0]}/edit").status_code == 401
