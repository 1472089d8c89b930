"""A browser with manners over Flask's test client: it looks every page over and fills in what it sees."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core.web.headers import OF_MAIL, POLICY
from tests.manners import faults_of, labels_of, words_of
from tests.markup import parse

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
NO_CONTENT = 204
Values = Mapping[str, Any]


class Form:
    """A form as it stands on a page, with what is filled in already."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.action = element.get("action") or ""
        self.method = (element.get("method") or "get").lower()
        self.buttons = [
            button for button in element.iter("button") if button.get("type", "submit") == "submit"
        ]
        self._options: dict[str, set[str]] = {}
        self.values = self._read()

    @property
    def names(self) -> set[str]:
        """The names of the fields a visitor could fill in."""
        fields = (field for tag in ("input", "select", "textarea") for field in self.element.iter(tag))
        return {name for field in fields if (name := field.get("name")) and field.get("disabled") is None}

    def _read(self) -> dict[str, list[Any]]:
        values: dict[str, list[Any]] = {}
        for field in self.element.iter():
            name = field.get("name")
            if not name or field.get("disabled") is not None:
                continue
            kind = field.get("type", "text")
            if field.tag == "input" and kind in ("radio", "checkbox"):
                value = field.get("value", "on")
                self._options.setdefault(name, set()).add(value)
                if field.get("checked") is not None:
                    values.setdefault(name, []).append(value)
            elif field.tag == "input" and kind not in ("submit", "button", "reset", "image", "file"):
                values.setdefault(name, []).append(field.get("value", ""))
            elif field.tag == "textarea":
                values.setdefault(name, []).append("".join(field.itertext()).removeprefix("\n"))
            elif field.tag == "select":
                values.setdefault(name, []).extend(self._chosen(name, field))
        return values

    def _chosen(self, name: str, field: Element) -> list[str]:
        options = [(option.get("value", words_of(option)), option) for option in field.iter("option")]
        self._options.setdefault(name, set()).update(value for value, _ in options)
        chosen = [value for value, option in options if option.get("selected") is not None]
        return chosen or ([] if field.get("multiple") is not None else [value for value, _ in options[:1]])

    def filled_in(self, values: Values, button: str | None) -> dict[str, list[Any]]:
        """Return what a browser would send after these values were filled in and the button was pressed.

        Only fields that are there can be filled in, and only with a choice that is offered: a test that wants
        to send something else does so with `visitor.client`, and shows by that that no browser would.
        """
        sent = dict(self.values)
        for name, value in values.items():
            assert name in self.names, (
                f"The form to {self.action} has no field {name!r}, but {sorted(self.names)}."
            )
            wanted = list(value) if isinstance(value, list) else [] if value is None else [value]
            offered = self._options.get(name)
            if offered is not None:
                assert set(wanted) <= offered, f"{name} offers {sorted(offered)}, not {wanted}."
            sent[name] = wanted
        pressed = self._button(button)
        if pressed is not None and pressed.get("name"):
            sent[pressed.get("name", "")] = [pressed.get("value", "")]
        return sent

    def _button(self, words: str | None) -> Element | None:
        if words is None:
            return self.buttons[0] if self.buttons else None
        found = [one for one in self.buttons if words in (*labels_of(one), one.get("value"))]
        assert found, (
            f"The form to {self.action} has no button {words!r}, but {list(map(words_of, self.buttons))}."
        )
        return found[0]


@dataclass(frozen=True)
class Page:
    """A page as it was seen, after redirects; `path` is where it stands."""

    visitor: "Visitor"
    response: TestResponse
    path: str
    root: Element

    @property
    def status(self) -> int:
        """The status it came with."""
        return self.response.status_code

    @property
    def heading(self) -> str:
        """The one h1."""
        return words_of(next(self.root.iter("h1"), None))

    @property
    def words(self) -> str:
        """All text a reader sees, with single blanks."""
        return words_of(self.root.find("body"))

    @property
    def forms(self) -> list[Form]:
        """All its forms."""
        return [Form(element) for element in self.root.iter("form")]

    def form(self, button: str | None = None, *, to: str | None = None) -> Form:
        """Return the one form with this button, or whose action ends in `to`; with neither, the main form."""
        root = self.root if button or to else next(self.root.iter("main"), self.root)
        found = [
            form
            for form in map(Form, root.iter("form"))
            if (button is None or any(button in labels_of(one) for one in form.buttons))
            and (to is None or urlsplit(form.action).path.endswith(to))
        ]
        actions = [form.action for form in self.forms]
        assert len(found) == 1, (
            f"{len(found)} forms on {self.path} fit {button or to!r}; there are {actions}."
        )
        return found[0]

    def submit(
        self,
        values: Values | None = None,
        *,
        button: str | None = None,
        to: str | None = None,
        status: int = 200,
    ) -> "Page":
        """Fill in the form with this button (or address) and send it; return the page that follows."""
        form = self.form(button, to=to)
        sent = form.filled_in(values or {}, button)
        address = urljoin(self.path, form.action or self.path)
        if form.method == "post":
            return self.visitor.ask("POST", address, status=status, data=sent, headers={"Referer": self.url})
        return self.visitor.ask("GET", address, status=status, query_string=sent)

    def follow(self, words: str, *, status: int = 200) -> "Page":
        """Follow the link with these words."""
        found = {link.get("href") for link in self.root.iter("a") if words in labels_of(link)}
        assert len(found) == 1, f"{len(found)} links on {self.path} read {words!r}."
        return self.visitor.open(urldefrag(urljoin(self.path, str(found.pop()))).url, status=status)

    @property
    def url(self) -> str:
        """The full address it stands at."""
        return urljoin(self.visitor.base_url, self.path)


class Visitor:
    """One person with one browser. `client` is Flask's test client, for requests no browser would make."""

    def __init__(self, app: Flask) -> None:
        self.base_url: str = app.config["PORTAL"].public_url
        self.client = app.test_client()
        self.headers: dict[str, str] = {}

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open an address and return the page, after redirects, which must have this status."""
        return self.ask("GET", path, status=status)

    def ask(self, method: str, path: str, *, status: int = 200, **request: Any) -> Page:
        """Make a request as a browser does: follow redirects by GET, look over every page that comes."""
        request["headers"] = self.headers | request.get("headers", {})
        for _ in range(MOST_REDIRECTS):
            response = self.client.open(path, method=method, base_url=self.base_url, buffered=True, **request)
            if response.status_code not in REDIRECTS:
                return self._seen(response, path, status)
            assert method in ("GET", "HEAD") or response.status_code == 303, (
                f"{path}: a form is answered by 303."
            )
            target = urljoin(urljoin(self.base_url, path), response.headers["Location"])
            assert target.startswith(self.base_url), f"{path} leads away to {target}"
            path, method = target.removeprefix(self.base_url), "GET"
            request = {"headers": self.headers}
        raise AssertionError(f"More than {MOST_REDIRECTS} redirects, the last to {path}.")

    def _seen(self, response: TestResponse, path: str, status: int) -> Page:
        is_mail = response.headers.get(POLICY) == OF_MAIL
        is_page = response.mimetype == "text/html" and response.status_code != NO_CONTENT and not is_mail
        root, faults = parse(response.get_data(as_text=True)) if is_page else (Element("html"), [])
        page = Page(self, response, path, root)
        assert response.status_code == status, (
            f"{path}: {response.status_code}, not {status}: {page.words[:300]}"
        )
        if is_page:
            assert [*faults, *faults_of(root)] == [], f"{path} lacks manners."
        return page


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody with a browser, who has not been here before."""
    return Visitor(app)


@pytest.fixture
def new_visitor(app: Flask) -> Callable[[], Visitor]:
    """More people, each with a browser of their own."""
    return lambda: Visitor(app)
