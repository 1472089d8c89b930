"""How a file is read and its columns are matched: nothing ambiguous passes unasked, nothing typed is lost."""

import pytest
from flask import Flask

from core.database import db
from core.organisations.models import Creditor
from invoices.importing.models import BatchState
from tests import factories
from tests.desk.files import HEADER, VLIJT, batch_of, check, choose, lines, read_again
from tests.people import Person
from tests.visitor import Page

SHORT = "Klantnummer;Naam;Factuurnummer;Factuurdatum;Vervaldatum;Bedrag"


@pytest.fixture(autouse=True)
def creditor(app: Flask, agent: Person) -> Creditor:
    """The one creditor of the agent's organisation."""
    with app.app_context():
        made = factories.creditor(agent.organisation, code="VW", name="Voltwerk")
        db.session.commit()
        return made


def row(invoiced: str, due: str, amount: str = "12,50") -> str:
    return lines(f"7;Vos;F1;{invoiced};{due};{amount}", header=SHORT)


def chosen(page: Page, name: str) -> list[str]:
    return page.form("Check rows").values.get(name, [])


def test_dates_that_could_be_read_in_more_than_one_way_are_asked_about(agent: Person) -> None:
    page = choose(agent, row("03-04-2026", "05-06-2026"))
    assert "day-month-year: 03-04-2026 is 3 April 2026" in page.words
    assert "month-day-year: 03-04-2026 is 4 March 2026" in page.words
    assert chosen(page, "date_order") == []
    page = check(page, status=422)
    assert "Choose in which order day, month and year stand in this file." in page.words
    assert batch_of(agent).state is BatchState.UPLOADED
    page = check(page, {"date_order": "mdy"})
    assert "4 Mar 2026" in page.words
    assert "6 May 2026" in page.words
    assert "5 Jun 2026" not in page.words


def test_amounts_that_could_be_read_in_two_ways_are_asked_about(agent: Person) -> None:
    page = choose(agent, row("13-04-2026", "15-06-2026", "1.250"))
    assert "Decimal comma: 1.250 is 1,250.00" in page.words
    assert "Decimal point: 1.250 is 1.25" in page.words
    page = check(page, status=422)
    assert "Choose whether a comma or a point stands before the cents in this file." in page.words
    assert "€1,250.00" in check(page, {"decimal_sign": ","}).words


def test_everything_that_is_open_is_asked_at_once(agent: Person) -> None:
    page = check(choose(agent, row("03-04-26", "05-06-26", "1.250")), status=422)
    for words in ("Choose in which order", "Choose whether a comma", "Years have two digits in this file."):
        assert words in page.words
    answers: dict[str, object] = {"date_order": "dmy", "decimal_sign": ",", "two_digit_years": "y"}
    page = check(page, answers)
    assert "3 Apr 2026" in page.words


def test_dates_that_contradict_each_other_are_asked_about_and_what_does_not_fit_is_a_problem(
    agent: Person,
) -> None:
    content = lines(
        "7;Vos;F1;25-12-2026;31-12-2026;12,50", "7;Vos;F2;12-25-2026;12-31-2026;12,50", header=SHORT
    )
    page = choose(agent, content)
    assert "Some dates fit only one way, others only another." in page.words
    page = check(page, {"date_order": "dmy"})
    assert "Rows with a problem 1" in page.words
    assert "12-25-2026" in page.words


def test_an_answer_from_the_last_file_does_not_overrule_what_a_new_one_shows(agent: Person) -> None:
    check(choose(agent, row("03-04-2026", "05-06-2026")), {"date_order": "mdy"})
    page = choose(agent, row("03-05-2026", "05-07-2026"))
    assert chosen(page, "date_order") == ["mdy"]
    page = choose(agent, row("25-04-2026", "26-06-2026"))
    assert "Dates day-month-year" in page.words
    assert "25 Apr 2026" in check(page).words


def test_what_every_row_needs_is_named_when_it_is_missing(agent: Person) -> None:
    page = choose(agent, lines("Vos;12,50", header="Naam;Bedrag"))
    for words in ("Still missing", "Invoice number", "Invoice date", "Due date"):
        assert words in page.words
    page = check(page, status=422)
    assert "Choose a column for: Invoice number; Invoice date; Due date." in page.words
    assert batch_of(agent).state is BatchState.UPLOADED


def test_a_value_for_all_rows_takes_the_place_of_a_column(agent: Person) -> None:
    page = choose(agent, lines(VLIJT))
    assert (chosen(page, "creditor"), chosen(page, "currency")) == (["VW"], ["EUR"])
    refused = check(page, {"currency": ""}, status=422)
    assert "Choose a column for: Currency." in refused.words
    assert chosen(refused, "creditor") == ["VW"]
    page = check(refused, {"currency": "NOK", "country": "NO", "language": "nb"})
    for words in ("NOK", "Norway", "Norwegian"):
        assert words in page.words


def test_two_columns_for_one_place_are_refused_at_the_second(agent: Person) -> None:
    page = check(choose(agent, lines(VLIJT)), {"column_2": "name"}, status=422)
    assert "You chose Debtor name twice." in page.words
    assert chosen(page, "column_2") == ["name"]


def test_a_column_can_be_left_out(agent: Person) -> None:
    page = choose(agent, lines(VLIJT))
    assert "Left out" not in page.words
    page = check(page, {"column_2": ""})
    assert "devlijt.example" not in page.words
    assert "Left out" in page.follow("Back to the columns").words


def test_letters_that_look_wrong_are_read_again(agent: Person) -> None:
    content = lines(VLIJT.replace("De Vlijt", "Café Vlijt")).encode("cp850")
    page = choose(agent, content)
    assert "Café" not in page.words
    page = read_again(page, {"encoding": "cp850"})
    assert "Café Vlijt" in page.words
    assert "MS-DOS (850)" in page.words
    assert "Café Vlijt" in check(page).words


def test_letters_that_do_not_fit_are_refused_and_the_rest_stays(agent: Person) -> None:
    page = choose(agent, lines(VLIJT.replace("De Vlijt", "Café Vlijt")).encode("cp1252"))
    page = read_again(page, {"encoding": "utf-8", "column_2": ""}, status=422)
    assert "cannot be read as utf-8" in page.words
    assert chosen(page, "column_2") == [""]
    assert "Windows-1252" in page.words


def test_another_separator_makes_other_columns(agent: Person) -> None:
    page = choose(agent, lines(VLIJT))
    page = read_again(page, {"delimiter": ","})
    assert "Separated by commas" in page.words
    assert "of 1 found" in page.words
    page = read_again(page, {"delimiter": "\t"})
    assert "Separated by tabs" in page.words
    assert "7 of 7 found" in read_again(page, {"delimiter": ";"}).words


def test_a_file_to_be_read_differently_is_shown_before_its_rows_are_checked(agent: Person) -> None:
    page = check(choose(agent, lines(VLIJT)), {"delimiter": ","})
    assert page.path.endswith("/columns")
    assert batch_of(agent).state is BatchState.UPLOADED


def test_reading_again_keeps_what_was_matched(agent: Person) -> None:
    page = choose(agent, row("03-04-2026", "05-06-2026"))
    page = read_again(page, {"column_1": "company_name", "date_order": "dmy", "creditor": ""})
    assert (chosen(page, "column_1"), chosen(page, "date_order")) == (["company_name"], ["dmy"])
    assert chosen(page, "creditor") == [""]


def test_what_no_browser_would_send_counts_as_not_chosen(agent: Person) -> None:
    page = choose(agent, lines(VLIJT))
    sent = page.form("Check rows").filled_in({}, None)
    strange = {
        "encoding": ["rot13"],
        "delimiter": ["\0"],
        "date_order": ["x"],
        "decimal_sign": ["x"],
        "existing": ["destroy"],
        "country": ["\0"],
        "column_2": ["amount_stolen"],
        "column_99": ["name"],
    }
    page = agent.ask("POST", page.path, data=sent | strange, headers={"Referer": page.url})
    assert "New invoices 1" in page.words
    assert "devlijt.example" not in page.words


def test_names_of_columns_are_shown_as_text(agent: Person) -> None:
    page = choose(agent, lines(VLIJT, header=HEADER.replace("E-mail", "<script>alert(1)</script>")))
    assert "<script>alert(1)</script>" in page.words
    assert "<script>alert" not in page.response.text
