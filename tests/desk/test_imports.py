"""Files imported at the desk, from choosing them to the day they are stored or given up."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.audit import AuditEvent
from core.database import db
from core.members.models import Role
from core.organisations.models import Creditor
from invoices.importing.models import BatchState
from invoices.models import ContactPoint, Debtor, Invoice
from tests import factories
from tests.desk.files import (
    BAKKER,
    HEADER,
    VLIJT,
    batch_of,
    check,
    choose,
    lines,
    number_of,
    on_the_shelf,
    work,
)
from tests.manners import words_of
from tests.people import Person
from tests.visitor import Page

INVOICES = "Klantnummer;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag"
DEBTORS = "Klantnummer;Naam;E-mail;Taal;Land"


@pytest.fixture(autouse=True)
def creditor(app: Flask, agent: Person) -> Creditor:
    """The one creditor of the agent's organisation."""
    with app.app_context():
        made = factories.creditor(agent.organisation, code="VW", name="Voltwerk")
        db.session.commit()
        return made


def test_invoices_come_in_with_their_debtors(app: Flask, agent: Person) -> None:
    page = choose(agent, lines(VLIJT, BAKKER))
    assert page.heading == "openstaand.csv"
    for words in ("2 rows", "Separated by semicolons", "UTF-8", "Dates day-month-year", "7 of 7 found"):
        assert words in page.words
    page = check(page)
    for words in ("New invoices 2", "New debtors 2", "€3,480.00", "13 Sept 2026", "Rows with a problem 0"):
        assert words in page.words
    assert number_of(agent, Invoice) == 0
    page = page.submit(button="Import")
    assert "Waiting for its turn" in page.words
    assert number_of(agent, Invoice) == 0
    work(app)
    assert "All rows are imported." in agent.open(page.path).words
    assert (number_of(agent, Invoice), number_of(agent, Debtor), number_of(agent, ContactPoint)) == (2, 2, 2)
    assert on_the_shelf(app) == []


def test_debtors_come_in_and_then_invoices_by_their_numbers(app: Flask, agent: Person) -> None:
    page = choose(agent, lines("7;Bakker Jan;jan@bakker.example;fr;BE", header=DEBTORS), "debtors")
    assert "Creditor" not in page.words
    page = check(page)
    assert "New debtors 1" in page.words
    assert "French" in page.words
    page.submit(button="Import")
    work(app)
    page = choose(agent, lines("7;F1;01-02-2026;28-02-2026;50,00", header=INVOICES), "invoices")
    page = check(page)
    assert "New invoices 1" in page.words
    page.submit(button="Import")
    work(app)
    assert (number_of(agent, Debtor), number_of(agent, Invoice)) == (1, 1)


def test_one_row_with_a_problem_keeps_all_of_them_out(agent: Person) -> None:
    page = check(choose(agent, lines(VLIJT, BAKKER.replace("14-09-2026", "31-09-2026"))))
    for words in ("Rows with a problem 1", "Row 3", "Due date", "This date does not exist.", "31-09-2026"):
        assert words in page.words
    assert "Nothing can be imported while a row has a problem." in page.words
    assert [form for form in page.forms if form.action.endswith("/queue")] == []
    report = page.follow("Download").response
    assert report.mimetype == "text/csv"
    assert "attachment" in report.headers["Content-Disposition"]
    told = "3;Due date;This date does not exist.;31-09-2026"
    assert report.text == f"\ufeffRow;Column;What is wrong;What stands there\r\n{told}\r\n"
    assert (number_of(agent, Invoice), number_of(agent, Debtor)) == (0, 0)


def test_what_is_wrong_names_the_country_on_the_page_and_in_the_file(agent: Person) -> None:
    page = choose(agent, lines("7;Bakker Jan;123;BE", header="Klantnummer;Naam;Mobiel;Land"), "debtors")
    page = check(page)
    sentence = "This is not a phone number of this country (Belgium). For another, begin with + or 00."
    assert sentence in page.words
    assert sentence in page.follow("Download").response.text


def test_a_file_with_problems_is_not_queued_by_force_either(agent: Person) -> None:
    page = check(choose(agent, lines(VLIJT.replace("3.480,00", "veel"), BAKKER)))
    token = page.form("Discard the file").values["csrf_token"]
    page = agent.ask("POST", f"{page.path}/queue", data={"csrf_token": token})
    assert "Some rows have a problem, so nothing was stored." in page.words
    assert batch_of(agent).state is BatchState.CHECKED


def test_the_same_file_twice_asks_first(app: Flask, agent: Person) -> None:
    check(choose(agent, lines(VLIJT))).submit(button="Import")
    work(app)
    page = check(choose(agent, lines(VLIJT)))
    assert "This very file was imported before" in page.words
    assert "All of this is known already." in page.words
    page = page.submit(button="Import", status=409)
    assert "Do you want to import it again?" in page.words
    assert batch_of(agent).state is BatchState.CHECKED
    page = page.submit({"again": "y"}, button="Import")
    assert batch_of(agent).state is BatchState.QUEUED
    work(app)
    assert "All rows are imported." in agent.open(page.path).words
    assert number_of(agent, Invoice) == 1


def test_known_invoices_are_changed_or_refused_as_the_agent_chose(app: Flask, agent: Person) -> None:
    check(choose(agent, lines(VLIJT))).submit(button="Import")
    work(app)
    page = choose(agent, lines(VLIJT.replace("3.480,00", "3.400,00")))
    refused = check(page, {"existing": "refuse"})
    assert "This invoice is already there." in refused.words
    changed = check(refused.follow("Back to the columns"), {"existing": "update"})
    assert "Changed invoices 1" in changed.words
    changed.submit(button="Import")
    work(app)
    assert number_of(agent, Invoice) == 1


def test_a_page_is_renewed_in_silence_while_its_file_waits_and_no_longer(app: Flask, agent: Person) -> None:
    page = check(choose(agent, lines(VLIJT))).submit(button="Import")

    def renewed(page: Page) -> bool:
        return page.root.find(".//*[@id='renewing']") is not None

    assert renewed(page)
    assert page.root.find("head/meta[@http-equiv]") is None
    waiting = page.follow("Refresh")
    assert renewed(waiting)
    assert words_of(waiting.root.find(".//p[@role='status']")) == ""
    work(app)
    assert not renewed(waiting.follow("Refresh"))


def test_a_refused_file_says_why_and_can_be_checked_again(
    app: Flask, agent: Person, creditor: Creditor
) -> None:
    page = check(choose(agent, lines(VLIJT)))
    with app.app_context():
        other = factories.debtor(agent.organisation, customer_number="1")
        factories.invoice(other, creditor, number="2026/098")
        db.session.commit()
    page.submit(button="Import")
    work(app)
    page = agent.open(page.path)
    assert "Some rows have a problem, so nothing was stored." in page.words
    page = check(page.follow("Check again"))
    assert "This invoice is already there for another customer." in page.words


def test_what_is_decided_too_late_leads_to_where_the_import_stands(app: Flask, agent: Person) -> None:
    page = choose(agent, lines(VLIJT))
    checked = check(page)
    checked.submit(button="Import")
    late = check(page)
    assert "This import has moved on." in late.words
    assert late.path == checked.path
    work(app)
    late = checked.submit(button="Discard the file")
    assert "This import has moved on." in late.words
    assert batch_of(agent).state is BatchState.DONE
    assert "moved on" in agent.open(f"{checked.path}/columns").words


def test_a_discarded_file_is_gone(app: Flask, agent: Person) -> None:
    page = check(choose(agent, lines(VLIJT)))
    assert len(on_the_shelf(app)) == 1
    page = page.submit(button="Discard the file")
    assert page.path == "/desk/imports"
    assert "The file was discarded. Nothing was stored." in page.words
    assert on_the_shelf(app) == []
    work(app)
    assert number_of(agent, Invoice) == 0


def test_a_file_that_waits_can_still_be_discarded(app: Flask, agent: Person) -> None:
    check(choose(agent, lines(VLIJT))).submit(button="Import").submit(button="Discard the file")
    work(app)
    assert (batch_of(agent).state, number_of(agent, Invoice)) == (BatchState.DISCARDED, 0)


def test_a_file_that_vanished_is_chosen_again(app: Flask, agent: Person) -> None:
    page = choose(agent, lines(VLIJT))
    for name in on_the_shelf(app):
        (app.config["PORTAL"].var_dir / "imports" / name).unlink()
    page = check(page)
    assert "The file is no longer there. Please choose it again." in page.words
    assert batch_of(agent).state is BatchState.UPLOADED


def test_the_list_tells_how_each_file_stands(app: Flask, agent: Person) -> None:
    check(choose(agent, lines(VLIJT), name="eerste.csv")).submit(button="Import")
    work(app)
    choose(agent, lines(BAKKER), name="bestanden/tweede.csv")
    page = agent.open("/desk/imports")
    for words in ("eerste.csv", "Imported", "tweede.csv", "Columns to match", agent.member.name):
        assert words in page.words
    assert "bestanden" not in page.words


def test_the_trail_names_who_imported_what(app: Flask, agent: Person) -> None:
    check(choose(agent, lines(VLIJT))).submit(button="Import")
    work(app)
    with app.app_context(), tenancy.scope(agent.organisation.id):
        told = db.session.execute(select(AuditEvent.what, AuditEvent.member_id).order_by(AuditEvent.id)).all()
    assert [tuple(one) for one in told if one[0].startswith("import.")] == [
        ("import.queued", agent.member.id),
        ("import.done", agent.member.id),
    ]


def test_viewers_look_and_agents_act(app: Flask, agent: Person, viewer: Person) -> None:
    page = check(choose(agent, lines(VLIJT)))
    seen = viewer.open(page.path)
    assert "New invoices 1" in seen.words
    assert [form.action for form in seen.forms if "/imports/" in form.action] == []
    for path in ("/desk/imports/new", f"{page.path}/columns"):
        viewer.open(path, status=403)
    token = {"csrf_token": seen.form(to="/sign-out").values["csrf_token"]}
    for path in ("new", *(f"{batch_of(agent).public_id}/{step}" for step in ("columns", "queue", "discard"))):
        viewer.ask("POST", f"/desk/imports/{path}", data=token, status=403)
    assert batch_of(agent).state is BatchState.CHECKED


def test_an_organisation_sees_its_own_files_only(
    agent: Person, agent_elsewhere: Person, at_the_desk: Callable[..., Person]
) -> None:
    path = check(choose(agent, lines(VLIJT))).path
    other = at_the_desk(Role.ADMINISTRATOR, agent_elsewhere.organisation)
    for person in (agent_elsewhere, other):
        token = {"csrf_token": person.open("/desk/imports/new").form(to="/new").values["csrf_token"]}
        for step in ("", "/columns", "/problems.csv"):
            person.open(f"{path}{step}", status=404)
        for step in ("/columns", "/columns/read", "/queue", "/discard"):
            person.ask("POST", f"{path}{step}", data=token, status=404)
        assert "openstaand.csv" not in person.open("/desk/imports").words
    assert batch_of(agent).state is BatchState.CHECKED


def test_columns_are_remembered_for_files_with_the_same_headers(app: Flask, agent: Person) -> None:
    header = HEADER.replace("Naam", "Rayon")
    page = choose(agent, lines(VLIJT, header=header))
    assert "6 of 7 found" in page.words
    check(page, {"column_1": "name"})
    page = choose(agent, lines(BAKKER, header=header))
    assert page.form("Check rows").values["column_1"] == ["name"]
    assert "Your choice" in page.words
    check(page, {"column_1": "city", "remember": None})
    page = choose(agent, lines(BAKKER, header=header))
    assert page.form("Check rows").values["column_1"] == ["name"]
