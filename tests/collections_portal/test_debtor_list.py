"""The list: how many statements it takes, what can be chosen, and that reading it changes nothing."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import event, select, update

from core import tenancy
from core.database import Base, db
from core.organisations.models import Organisation
from links.models import Visit
from tests import factories
from tests.collections_portal.conftest import Guest
from tests.moments import Clock

MOST_STATEMENTS = 4


@pytest.fixture
def statements(guest: Guest) -> Iterator[list[str]]:
    """What is sent to the database, the beginning of a transaction and the setting of a tenant included."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    with guest.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def more_invoices(guest: Guest, count: int) -> None:
    with guest.room():
        for _ in range(count):
            factories.invoice(guest.debtor, guest.creditor)


def test_the_list_takes_four_statements_whatever_the_number_of_invoices(
    guest: Guest, statements: list[str]
) -> None:
    guest.enter()
    guest.react(guest.invoices[0])
    for count in (0, 10, 100):
        more_invoices(guest, count)
        statements.clear()
        page = guest.browser.open("/invoices")
        assert len(page.form(to="/invoices")._options["invoice"]) >= count
        assert 2 <= len(statements) <= MOST_STATEMENTS, statements


def test_reading_the_list_sets_no_cookie_and_takes_no_write_lock(guest: Guest, statements: list[str]) -> None:
    guest.enter()
    statements.clear()
    page = guest.browser.open("/invoices")
    assert "Set-Cookie" not in page.response.headers
    assert not [
        text for text in statements if "IMMEDIATE" in text or not text.startswith(("SELECT", "BEGIN"))
    ]


def test_a_visit_is_noted_as_seen_at_most_once_a_minute(guest: Guest, clock: Clock) -> None:
    guest.enter()

    def seen() -> Any:
        with guest.room():
            return db.session.scalars(select(Visit.seen_at)).one()

    first = seen()
    for _ in range(5):
        clock.pass_by(seconds=10)
        guest.browser.open("/invoices")
    assert seen() == first
    clock.pass_by(seconds=10)
    guest.browser.open("/invoices")
    assert seen() == first + timedelta(minutes=1)


def test_no_page_of_a_visit_changes_anything_but_when_it_was_seen(guest: Guest, clock: Clock) -> None:
    guest.enter()
    guest.react(guest.invoices[0])
    guest.choose(guest.invoices[1])
    receipt = f"/reactions/{guest.reactions()[0].public_id}"

    def everything() -> str:
        with guest.app.app_context(), tenancy.everywhere():
            db.session.execute(update(Visit).values(seen_at=factories.NOW))
            rows = [
                sorted(repr(row) for row in db.session.connection().execute(select(table)))
                for table in Base.metadata.sorted_tables
            ]
            db.session.rollback()
        return sha256(repr(rows).encode()).hexdigest()

    before = everything()
    for path in ("/invoices", "/react", "/pay", "/about", receipt, "/invoices?lang=fr", "/left", "/leave"):
        for method in ("GET", "HEAD", "OPTIONS"):
            guest.browser.client.open(path, method=method)
    clock.pass_by(seconds=90)
    guest.browser.open("/invoices")
    assert everything() == before
    assert guest.browser.open("/invoices").root.get("lang") == "en"


def test_nothing_is_chosen_for_the_debtor(guest: Guest) -> None:
    assert "invoice" not in guest.enter().form(to="/invoices").values


def test_choosing_nothing_is_said_above_the_list(guest: Guest) -> None:
    page = guest.enter().submit({}, button="Pay", to="/invoices", status=422)
    assert "Choose at least one invoice" in page.words
    assert page.root.findtext("head/title", "").strip().startswith("Error:")


def test_what_was_chosen_stays_chosen(guest: Guest) -> None:
    guest.enter()
    guest.choose(guest.invoices[1])
    listed = guest.browser.open("/invoices")
    assert listed.form(to="/invoices").values["invoice"] == [guest.invoices[1].public_id]


def test_an_invoice_settled_since_is_taken_from_the_choice(guest: Guest) -> None:
    page = guest.enter()
    guest.change_invoice(guest.invoices[0], amount_open=0)
    ids = [invoice.public_id for invoice in guest.invoices]
    page = page.submit({"invoice": ids}, button="Pay", to="/invoices", status=422)
    assert "Not all of your choice is still open" in page.words
    assert page.form(to="/invoices").values["invoice"] == [guest.invoices[1].public_id]
    assert page.submit({}, button="Pay", to="/invoices").heading == "Pay"


def test_paying_later_opens_the_promise(guest: Guest) -> None:
    page = guest.enter()
    ids = [guest.invoices[0].public_id]
    later = next(button for button in page.root.iter("button") if button.get("value") == "react:will_pay")
    assert later.get("form") == "choose"
    sent = page.form(to="/invoices").filled_in({"invoice": ids}, None) | {"answer": "react:will_pay"}
    assert guest.browser.ask("POST", "/invoices", data=sent).form().values["type"] == ["will_pay"]


def test_the_choice_stands_in_no_address(guest: Guest) -> None:
    guest.enter()
    assert [guest.choose(button=button).path for button in ("Pay", "Respond")] == ["/pay", "/react"]


def test_the_list_shows_new_settings_at_once(guest: Guest) -> None:
    assert "Voltwerk" in guest.enter().words
    with guest.room():
        db.session.execute(update(Organisation).values(name="Lichtwerk", settings_version=2))
    page = guest.browser.open("/invoices")
    assert "Lichtwerk" in page.words
    assert "Voltwerk" not in page.words


def test_invoices_of_two_creditors_say_whose_they_are(guest: Guest) -> None:
    with guest.room():
        other = factories.creditor(guest.organisation, name="Zonwerk")
        factories.invoice(guest.debtor, other)
    assert "Zonwerk" in guest.enter().words


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("nl", "Uw open facturen"),
        ("fr", "Vos factures à payer"),
        ("de", "Ihre offenen Rechnungen"),
        ("nb", "Dine ubetalte fakturaer"),
    ],
)
def test_the_whole_way_in_every_language(guest: Guest, language: str, heading: str) -> None:
    page = guest.enter()
    sent = page.form(to="/invoices").filled_in({}, None) | {"language": language}
    listed = guest.browser.ask("POST", "/invoices", data=sent)
    assert listed.heading == heading
    assert listed.root.get("lang") == language
    form = guest.browser.ask(
        "POST",
        "/invoices",
        data=listed.form(to="/invoices").values
        | {"invoice": [guest.invoices[0].public_id], "answer": "react"},
    )
    values = {"type": "unknown", "unknown.what": "not_ordered"}
    answer = form.form(to="/react").filled_in(values, "save")
    back = guest.browser.ask("POST", "/react", data=answer)
    for page in (listed, form, back, guest.browser.open(f"/reactions/{guest.reactions()[0].public_id}")):
        assert page.root.get("lang") == language
        assert "Your" not in page.words.replace("English", "")
    assert guest.reactions()[0].language == language
