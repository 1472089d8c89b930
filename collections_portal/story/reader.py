"""A small browser over real HTTP: it keeps cookies, reads forms, and posts where they say."""

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPResponse
from http.cookiejar import CookieJar, DefaultCookiePolicy

TIMEOUT = 30


@dataclass(slots=True)
class Form:
    """A form as it stands: where it posts, what it holds, and what its buttons add."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._silent = 0
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "svg"):
            self._silent += 1
        elif tag == "a":
            self.links.append(named.get("href", ""))
        elif tag == "form":
            self._open = Form(named.get("action", ""), named.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None:
            self._field(tag, named)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "svg"):
            self._silent -= 1
        elif tag == "form":
            self._open = None

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)

    def _field(self, tag: str, named: dict[str, str]) -> None:
        form, name, value = self._open, named.get("name", ""), named.get("value", "")
        if form is None:
            return
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in named:
            form.values.append((self._select, value))
        elif tag == "button" and name:
            form.buttons.append((name, value))
        elif tag == "input" and name:
            choosable = named.get("type") in ("checkbox", "radio")
            if not choosable or "checked" in named:
                form.values.append((name, value))


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: status, where it came from in the end, and what a reader finds in it."""

    status: int
    address: str
    html: str
    forms: tuple[Form, ...]
    links: tuple[str, ...]
    text: str

    def form_to(self, part: str) -> Form:
        """Return the form whose action holds `part`. Raises LookupError."""
        for form in self.forms:
            if part in (form.action or urllib.parse.urlsplit(self.address).path):
                return form
        raise LookupError(f"There is no form to {part} on {self.address}.")

    def link_to(self, part: str) -> str:
        """Return the first link whose address holds `part`. Raises LookupError."""
        for link in self.links:
            if part in link:
                return urllib.parse.urljoin(self.address, link)
        raise LookupError(f"There is no link to {part} on {self.address}.")


class _Calm(urllib.request.HTTPErrorProcessor):
    """Hands every answer over as it is, also refusals; redirects are still followed."""

    def http_response(self, request: urllib.request.Request, response: HTTPResponse) -> HTTPResponse:
        if response.status in (301, 302, 303, 307, 308):
            followed: HTTPResponse = super().http_response(request, response)
            return followed
        return response


class Browser:
    """One person's browser."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = CookieJar(DefaultCookiePolicy())
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), _Calm(), urllib.request.ProxyHandler({})
        )

    def get(self, address: str, *, method: str = "GET", agent: str = "") -> Page:
        """Return the page at an address or path; `agent` is who it says it is."""
        request = urllib.request.Request(self._whole(address), method=method)  # noqa: S310  our own address
        if agent:
            request.add_header("User-Agent", agent)
        return self._ask(request)

    def post(self, page: Page, form: Form, changes: dict[str, str | list[str]], *, press: str = "") -> Page:
        """Send the form with some values changed; `press` is the value of the button pressed."""
        values = [(name, value) for name, value in form.values if name not in changes]
        for name, value in changes.items():
            values += [(name, one) for one in (value if isinstance(value, list) else [value])]
        values += [(name, value) for name, value in form.buttons if value == press][:1]
        target = urllib.parse.urljoin(page.address, form.action or page.address)
        request = urllib.request.Request(  # noqa: S310  our own address
            target, data=urllib.parse.urlencode(values).encode(), method="POST"
        )
        request.add_header("Origin", self.base)
        request.add_header("Referer", self.base + "/")
        return self._ask(request)

    def _whole(self, address: str) -> str:
        return urllib.parse.urljoin(self.base, address)

    def _ask(self, request: urllib.request.Request) -> Page:
        request.add_header("Accept-Language", "en")
        with self._opener.open(request, timeout=TIMEOUT) as answer:
            html = answer.read().decode("utf-8", "replace")
            reader = _Reader()
            reader.feed(html)
            text = re.sub(r"\s+", " ", " ".join(reader.words))
            return Page(answer.status, answer.url, html, tuple(reader.forms), tuple(reader.links), text)
