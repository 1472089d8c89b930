"""Nothing about a debtor but invoices, on any page; and nobody sees somebody else's."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import pytest

from core.database import db
from invoices.models import Debtor
from tests import factories
from tests.collections_portal.conftest import COMPLAINT, Guest
from tests.visitor import Page

CANARIES = {
    "salutation": "Canarydame",
    "first_name": "Canaryfirst",
    "initials": "C.A.N.",
    "middle_names": "canaryvan",
    "last_name": "Canarylast",
    "vat_number": "NLCANARYB01",
    "register_number": "Canaryregister",
    "attention_of": "Canaryattention",
    "street": "Canarystreet",
    "house_number": "77canary",
    "postcode": "7777CX",
    "city": "Canarycity",
    "customer_number": "canarynumber",
    "sort_name": "canarysort",
}
NOT_HERE = re.compile(r"canary|C\.A\.N\.|7777CX|\+31699999999", re.IGNORECASE)


@pytest.fixture
def guest(make_guest: Callable[..., Guest]) -> Guest:
    """A debtor about whom we know much."""
    guest = make_guest(**CANARIES)
    with guest.room():
        debtor = db.session.get_one(Debtor, guest.debtor.id)
        factories.contact_point(debtor, value="canary@post.example")
        factories.contact_point(debtor, channel="sms", value="+31699999999", is_preferred=False)
        creditor = factories.creditor(guest.organisation, name="Canarycreditor", iban="BE68539007547034")
        other = factories.debtor(guest.organisation, last_name="Canaryother")
        factories.invoice(other, creditor, number="CANARY-1", description="Canarywords")
    return guest


def addresses_on(page: Page) -> Iterator[str]:
    """Return the paths a page leads to."""
    for element in page.root.iter():
        address = element.get("href") or element.get("action") or ""
        if element.tag in ("a", "form") and not urlsplit(address).scheme:
            yield urlsplit(urljoin(page.path, address)).path


def crawl(guest: Guest) -> list[Page]:
    """Return every page a debtor can come to, with forms sent wrong and right, in two languages."""
    visitor = guest.browser
    seen = [visitor.open(guest.address), guest.enter()]
    seen.append(seen[-1].submit({}, button="Respond", to="/invoices", status=422))
    seen.append(guest.choose(button="Pay"))
    form = guest.choose()
    seen += [form, form.submit({}, button="Save reaction", status=422)]
    seen.append(form.submit({"type": "complaint"}, button="Save reaction", status=422))
    seen.append(form.submit(COMPLAINT, button="Save reaction"))
    guest.answer("accepted", "Then we take it back.")
    paths = {path for page in seen for path in addresses_on(page)} | {"/", "/nothing", "/react", "/pay"}
    for path in sorted(paths | {f"/reactions/{reaction.public_id}" for reaction in guest.reactions()}):
        response = visitor.client.get(path, follow_redirects=True)
        if response.mimetype == "text/html":
            seen.append(visitor.ask("GET", path, status=response.status_code))
    visitor.ask(
        "POST", "/language", data=seen[1].form(to="/leave").values | {"language": "nl", "back": "/pay"}
    )
    seen += [visitor.open("/invoices"), visitor.open("/about")]
    seen += [seen[-1].submit({}, to="/leave"), visitor.open("/invoices", status=401)]
    return seen


def test_no_page_says_anything_about_the_debtor_but_invoices(guest: Guest) -> None:
    pages = crawl(guest)
    expected = {"Pay", "Your reaction", "We have received your reaction", "Uw open facturen"}
    assert {page.heading for page in pages} >= expected
    assert len({page.path for page in pages}) >= 9
    for page in pages:
        text = page.response.get_data(as_text=True)
        assert not NOT_HERE.search(text), f"{page.path}: {NOT_HERE.findall(text)}"
        assert str(guest.debtor.public_id) not in text


def test_no_page_uses_the_words_of_the_trade(guest: Guest) -> None:
    for page in crawl(guest):
        found = re.search(
            r"\b(debtor|dunning|exempt\w*|action|debiteur|aanmaning)\b", page.words, re.IGNORECASE
        )
        assert found is None, f"{page.path}: {found}"


def test_the_token_stands_on_no_page_after_the_first(guest: Guest) -> None:
    token = guest.address.removeprefix("/k/")
    for page in crawl(guest):
        if page.path != guest.address:
            assert token not in page.path + page.response.get_data(as_text=True)


def test_pages_may_not_be_kept_or_indexed(guest: Guest) -> None:
    for page in crawl(guest):
        headers = page.response.headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_somebody_elses_receipt_is_not_there(make_guest: Callable[..., Guest], guest: Guest) -> None:
    guest.enter()
    guest.react()
    receipt = f"/reactions/{guest.reactions()[0].public_id}"
    neighbour, stranger = make_guest(guest.organisation), make_guest()
    for other in (neighbour, stranger):
        other.enter()
        page = other.browser.open(receipt, status=404)
        assert page.heading == "This page does not exist."
        assert guest.invoices[0].number not in page.words


def test_somebody_elses_invoice_cannot_be_chosen(make_guest: Callable[..., Guest], guest: Guest) -> None:
    guest.enter()
    neighbour = make_guest(guest.organisation)
    neighbour.enter()
    page = neighbour.browser.open("/invoices")
    sent = page.form().filled_in({}, "Pay") | {"invoice": [guest.invoices[0].public_id]}
    refused = neighbour.browser.ask("POST", "/invoices", status=422, data=sent)
    assert "Not all of your choice is still open" in refused.words
    assert guest.invoices[0].number not in refused.words
    assert neighbour.browser.open("/pay").path == "/invoices"


@pytest.mark.parametrize("path", ["/invoices", "/react", "/pay", "/reactions/AAAAAAAAAAAA"])
def test_without_a_visit_nothing_is_shown(guest: Guest, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        answer = guest.app.test_client().open(path, method=method)
        assert answer.status_code in (401, 405), f"{method} {path}"


def test_the_cookie_of_a_member_is_no_visit(guest: Guest) -> None:
    client = guest.app.test_client()
    client.set_cookie("visit", "x" * 43)
    assert client.get("/invoices").status_code == 401
