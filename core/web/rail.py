"""The rail at the left of every page for members, put together from the lines that the doors registered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, current_app, g, url_for
from flask_babel import gettext

from core.members.models import Member, Role
from core.organisations.models import Organisation
from core.web.guards import current_member, current_organisation, may
from core.web.languages import language


@dataclass(frozen=True, slots=True)
class View:
    """A saved view under a door, such as *Overdue* under the inbox; `key` is `inbox.overdue`."""

    key: str
    label: str
    href: str
    count: int | None = None
    late: bool = False
    icon: str = ""
    views: tuple[()] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the rail. `label` is an English source text; `count` and `views` are asked on each page.

    The page of the entry that `searches` takes what was typed in the rail's box as `?q=`.
    """

    key: str
    label: str
    icon: str
    endpoint: str
    role: Role = Role.VIEWER
    count: Callable[[], int | None] | None = None
    late: bool = False
    views: Callable[[], Sequence[View]] | None = None
    searches: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a template shows it: translated, counted, with its address."""

    key: str
    label: str
    icon: str
    href: str
    count: int | None
    late: bool
    views: Sequence[View]
    searches: bool


class Rail:
    """What the layout of the desk needs, asked only when a page shows it."""

    def __init__(self, member: Member, organisation: Organisation) -> None:
        self._member = member
        self.organisation_name = organisation.name
        self.logo_url = logo_url_of(organisation)
        self.member_name = member.name
        self.member_initials = initials(member.name)

    @cached_property
    def doors(self) -> Sequence[Line]:
        """The lines of the desk."""
        return lines_of(self._member, group="desk")

    @cached_property
    def settings_doors(self) -> Sequence[Line]:
        """The lines of the organisation's settings."""
        return lines_of(self._member, group="settings")

    @cached_property
    def is_held(self) -> bool:
        """Whether a backup was restored and waits for its release."""
        return bool(current_app.extensions["rail_is_held"]())

    @property
    def release_url(self) -> str:
        """Where that is done; empty for who may not."""
        return url_for("desk.restore.show") if may(self._member, Role.ADMINISTRATOR) else ""

    @property
    def search_url(self) -> str:
        """Where the search box leads: the page of the line that searches; empty when there is none."""
        return next((line.href for line in self.doors if line.searches), "")

    @property
    def password_url(self) -> str:
        """The member's own page."""
        return url_for("desk.account.show")

    @property
    def sign_out_url(self) -> str:
        """Where the button posts to."""
        return url_for("desk.sign_in.sign_out")


def logo_url_of(organisation: Organisation) -> str | None:
    """Return the address of the organisation's logo; another one after every change of its settings."""
    if organisation.logo_type is None:
        return None
    return url_for("logo", public_id=organisation.public_id, v=organisation.settings_version)


def add(app: Flask, *, group: str, entries: Sequence[Entry]) -> None:
    """Put the entries of a door on the rail; `group` is `desk` or `settings`."""
    app.extensions.setdefault("rail", {}).setdefault(group, []).extend(entries)


def ask_of(app: Flask, *, is_held: Callable[[], bool]) -> None:
    """Say what tells each page whether a backup was restored and waits for its release."""
    app.extensions["rail_is_held"] = is_held


def lines_of(member: Member, *, group: str) -> list[Line]:
    """Return the lines of a group that this member may open."""
    entries: Sequence[Entry] = current_app.extensions.get("rail", {}).get(group, ())
    return [_line(entry) for entry in entries if may(member, entry.role)]


def for_templates() -> dict[str, Any]:
    """Return what every page for members may use: `language`, and after sign-in `rail` and `may`."""
    if g.get("signed_in") is None:
        return {"language": language()} if g.get("door") in ("desk", "settings") else {}
    member = current_member()
    return {
        "language": language(),
        "rail": Rail(member, current_organisation()),
        "may": lambda role: may(member, Role(role)),
    }


def initials(name: str) -> str:
    """Return the first letters of the first and the last word: `Anna van Dijk` is `AD`."""
    words = name.split()
    return "".join(word[0] for word in dict.fromkeys((*words[:1], *words[-1:])))[:2].upper()


def _line(entry: Entry) -> Line:
    return Line(
        key=entry.key,
        label=gettext(entry.label),
        icon=entry.icon,
        href=url_for(entry.endpoint),
        count=entry.count() if entry.count else None,
        late=entry.late,
        views=entry.views() if entry.views else (),
        searches=entry.searches,
    )
