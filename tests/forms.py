"""Every form of the portal, found on the pages where people see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.crowd import Crowd
from tests.rules import Place, places
from tests.visitor import Form, Visitor

# These end what others need, so they come late; and last, in this order, what begins or ends a session.
ENDING = (
    *("/invoices", "/discard", "/approve", "/withdraw", "/end", "/disable", "/close"),
    *("/take-back", "/settle", "/send-again", "/send-elsewhere", "/clear"),
    *("/paid", "/let-go", "/make-again", "/posted", "/decide", "/release"),
)
LAST = ("/k/", "/leave", "/revoke", "/restore/release", "/desk/sign-out")
KEPT_AWAY = "csrf_token"


@dataclass(frozen=True, slots=True)
class Seen:
    """A form, who saw it, and on which page."""

    place: Place
    visitor: Visitor
    page: str
    address: str
    form: Form

    @property
    def fields(self) -> list[str]:
        """What a visitor, or who writes requests by hand, could fill in: hidden fields too, files not."""
        return sorted((self.form.names | set(self.form.values)) - {KEPT_AWAY} - set(self.files))

    @property
    def files(self) -> list[str]:
        """The fields that take a file."""
        return [
            field.get("name", "") for field in self.form.element.iter("input") if field.get("type") == "file"
        ]

    @property
    def token(self) -> str:
        """The token it carries, or nothing: the button that enters needs none."""
        return str(self.form.values.get(KEPT_AWAY, [""])[0])

    def filled_in(self) -> dict[str, list[Any]]:
        """Return what a browser sends when its first button is pressed at once."""
        return self.form.filled_in({}, None)

    def send(self, data: dict[str, Any], *, number: int = 0, **headers: str) -> TestResponse:
        """Send it; `number` makes it come from another address, so that no limit answers instead."""
        return self.visitor.client.post(
            self.address,
            data=data,
            headers={"Referer": urljoin(self.visitor.base_url, self.page)} | headers,
            environ_overrides={"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"},
            content_type="multipart/form-data" if self.files else None,
            buffered=True,
        )

    def __str__(self) -> str:
        return f"the form to {urlsplit(self.address).path} on {self.page}"


def forms_of(app: Flask, crowd: Crowd) -> list[Seen]:
    """Return every form that is sent by POST, each once, what ends something last."""
    found = {(seen.place.endpoint, tuple(seen.fields)): seen for seen in _all(app, crowd)}
    return sorted(found.values(), key=_when)


def taking_forms(app: Flask) -> set[str]:
    """Return the endpoints of every view that takes a form; what a provider sends has none."""
    return {place.endpoint for place in places(app) if "POST" in place.methods and place.door}


def _when(seen: Seen) -> tuple[int, bool, str]:
    last = [number for number, part in enumerate(LAST, 1) if part in seen.address]
    return max(last, default=0), seen.address.endswith(ENDING), seen.address


def _all(app: Flask, crowd: Crowd) -> Iterator[Seen]:
    known = places(app)
    by_rule = {id(place.rule): place for place in known}
    found_at = app.url_map.bind("localhost")
    pages = [
        (crowd.right_person(place), place.address(crowd.ids))
        for place in known
        if "GET" in place.methods and place.door
    ]
    for visitor, address in (*pages, *crowd.more_pages):
        page = visitor.open(address)
        for form in page.forms:
            for action in _actions(form) if form.method == "post" else ():
                there = urljoin(page.path, action or page.path)
                rule, _ = found_at.match(urlsplit(there).path, "POST", return_rule=True)
                yield Seen(by_rule[id(rule)], visitor, page.path, there, form)


def _actions(form: Form) -> set[str]:
    """Return where it is sent to: by its first button, by buttons that lead elsewhere, by a script."""
    told = form.element.get("data-stays")
    return {
        form.action,
        *(button.get("formaction", form.action) for button in form.buttons),
        *([told] if told else []),
    }


def a_file(name: str = "../../evil\r\n.csv") -> tuple[BytesIO, str]:
    """Return a file that is no file of any kind."""
    return BytesIO(b"\x00\xff\xfe;\"'\r\n=cmd()" * 200), name
