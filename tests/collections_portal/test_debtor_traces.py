"""A visit from the link to leaving (A05): neither the link's key nor the cookie's secret stays anywhere."""

import json
import re
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.database import db
from links.models import Visit
from reactions.models import Reaction
from tests.collections_portal.conftest import COMPLAINT, Guest
from tests.serving import Served

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SUBMISSION = re.compile(r'name="submission"[^>]*value="([^"]+)"')
# What no cache keeps, and what no other page or host is told.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}


class Browser:
    """Speaks to the portal as it is served, and keeps every answer's headers."""

    def __init__(self, url: str) -> None:
        self._url, self.cookies = url, CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.told: list[dict[str, str]] = []
        self.secrets: set[str] = set()

    def ask(self, path: str, **sent: str) -> str:
        """Open a page, or send a form to it; return what follows."""
        data = urlencode(sent).encode() if sent else None
        headers = {"Sec-Fetch-Site": "same-origin", "Referer": f"{self._url}/"}
        with self._opener.open(Request(self._url + path, data=data, headers=headers), timeout=10) as answer:
            self.told.append(dict(answer.headers))
            self.secrets |= {str(cookie.value) for cookie in self.cookies if cookie.name == "visit"}
            return str(answer.read().decode())


def everything_in(app: Flask) -> Iterator[str]:
    """Yield each value of each table, bytes in whatever letters they may be read."""
    with app.app_context(), tenancy.everywhere():
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(select(table)):
                for value in row:
                    yield value.decode("latin-1") if isinstance(value, bytes) else str(value)
        db.session.rollback()


def files_of(app: Flask) -> Iterator[bytes]:
    """Yield every file the portal keeps, the database's own among them where it is one."""
    kept = [path for path in app.config["PORTAL"].var_dir.rglob("*") if path.is_file()]
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("sqlite:///"):
        from pathlib import Path

        base = Path(url.removeprefix("sqlite:///"))
        kept += [path for path in base.parent.glob(f"{base.name}*") if path.is_file()]
        assert base in kept
    yield from (path.read_bytes() for path in kept)


def visit(browser: Browser, guest: Guest) -> None:
    """Enter, look around, complain about an invoice, look at what came of it, and leave."""
    browser.ask(guest.address)
    listed = browser.ask(guest.address, button="enter")
    invoice = guest.invoices[0].public_id
    form = browser.ask("/invoices", csrf_token=TOKEN.findall(listed)[0], invoice=invoice, answer="react")
    sent = {"csrf_token": TOKEN.findall(form)[0], "submission": SUBMISSION.findall(form)[0]}
    browser.ask("/react", **sent, invoice=invoice, step="save", **COMPLAINT)
    browser.ask("/about")
    listed = browser.ask("/invoices")
    browser.ask("/leave", csrf_token=TOKEN.findall(listed)[0])


def test_a_whole_visit_leaves_its_keys_nowhere(
    written: Callable[[], str], guest: Guest, served: Served, clock: object
) -> None:
    browser = Browser(served.url)
    visit(browser, guest)
    (secret,) = browser.secrets
    key = guest.address.removeprefix("/k/")
    assert (guest.count(Visit), guest.count(Reaction)) == (1, 1)
    log = written()
    rules = [json.loads(line).get("rule") for line in log.splitlines()]
    assert {"/k/<path:token>", "/invoices", "/react", "/leave"} <= set(rules)
    places = {"the log": [log], "the database": everything_in(served.app)}
    places["a file"] = (content.decode("latin-1") for content in files_of(served.app))
    for where, texts in places.items():
        for text in texts:
            assert key not in text, f"the link's key stands in {where}"
            assert secret not in text, f"the cookie's secret stands in {where}"


def test_no_answer_of_a_visit_is_kept_or_tells_another_page_where_it_was(
    guest: Guest, served: Served, clock: object
) -> None:
    browser = Browser(served.url)
    visit(browser, guest)
    assert len(browser.told) >= 7
    key = guest.address.removeprefix("/k/")
    for number, told in enumerate(browser.told):
        assert {name: told.get(name) for name in HEADERS} == HEADERS
        # Only the cookie itself carries the secret, and only the first page is at the link's own address.
        assert key not in str(told), number
