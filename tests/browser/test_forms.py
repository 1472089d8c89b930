"""Every form of the portal, sent once by Chromium over HTTPS: tokens, cookies and headers get along.

What a test client sends is what its author thought of; a browser adds Origin, Referer and Sec-Fetch-Site as
the page's own policies let it.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Error, Page

from tests.crowd import Crowd
from tests.forms import ENDING, Seen, forms_of, taking_forms
from tests.people import Person
from tests.serving import Served
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
# A button is pressed as it stands: what is missing is for the server to say. Typing is told by the script.
PRESS = """([form, there]) => {
    if (form.dataset.stays === there) return form.dispatchEvent(new Event("input"));
    const leads = button => new URL(button.getAttribute("formaction") || form.action, location.href).pathname;
    const buttons = Array.from(form.elements).filter(one => one.type === "submit");
    form.noValidate = true;
    form.requestSubmit(buttons.find(one => leads(one) === there));
}"""
ANSWERS = {200, 204, 303, 409, 422}


@pytest.mark.timeout(240)
def test_every_form_is_taken_from_a_browser(
    app: Flask, crowd: Crowd, served_securely: Served, open_tab: Callable[..., Page]
) -> None:
    tabs: dict[Visitor, Page] = {
        crowd.debtor: _tab(open_tab, served_securely, _visit(crowd.debtor)),
        crowd.stranger: _tab(open_tab, served_securely, {}),
        crowd.administrator: _tab(open_tab, served_securely, _desk(crowd.administrator)),
        crowd.elsewhere: _tab(open_tab, served_securely, _desk(crowd.elsewhere)),
    }
    for visitor, _page in crowd.more_pages:
        if visitor not in tabs:
            tabs[visitor] = _tab(open_tab, served_securely, _visit(visitor))
    taken, wrong = set(), []
    forms = forms_of(app, crowd)
    # Of approving and discarding only one can follow the other: the second page was open before.
    opened = {
        str(seen): _opened(tabs[seen.visitor].context.new_page(), served_securely, seen)
        for seen in forms
        if seen.address.endswith(ENDING)
    }
    for seen in forms:
        tab = opened.get(str(seen)) or _opened(tabs[seen.visitor], served_securely, seen)
        status = _press(tab, seen)
        taken.add(seen.place.endpoint)
        if status not in ANSWERS:
            wrong.append(f"{seen}: {status}")
    assert wrong == []
    assert taken == taking_forms(app)


def _opened(tab: Page, served: Served, seen: Seen) -> Page:
    tab.goto(served.url + seen.page)
    return tab


def _press(tab: Page, seen: Seen) -> int:
    """Press the form's button and return the status of the answer."""
    there = urlsplit(seen.address).path
    forms = (
        tab.locator(f'form[action="{seen.form.action}"]') if seen.form.action else tab.locator("main form")
    )
    posted = tab.expect_response(lambda answer: answer.request.method == "POST")
    with posted as caught:
        if there == seen.form.element.get("data-stays"):
            forms.first.evaluate("(form, there) => (" + PRESS + ")([form, there])", there)
            return caught.value.status
        try:
            with tab.expect_navigation():
                forms.first.evaluate("(form, there) => (" + PRESS + ")([form, there])", there)
        except Error:
            # A file is no page: the browser keeps it and stays where it is.
            if not caught.value.headers.get("content-disposition", "").startswith("attachment"):
                raise
    return caught.value.status


def _tab(open_tab: Callable[..., Page], served: Served, cookies: dict[str, str]) -> Page:
    tab = open_tab(width=1280)
    tab.context.add_cookies(
        [{"name": name, "value": value, "url": served.url} for name, value in cookies.items()]
    )
    return tab


def _desk(person: Person) -> dict[str, str]:
    cookie = person.client.get_cookie("desk")
    assert cookie is not None
    return {"__Host-desk": cookie.value}


def _visit(visitor: Visitor) -> dict[str, str]:
    cookie = visitor.client.get_cookie("visit")
    assert cookie is not None
    return {"__Host-visit": cookie.value}
