"""Who may see a view: every view of the members' doors carries a mark, and one guard reads it.

`@allows(Role.AGENT)` lets agents and administrators in; `@open_to_everybody` is for pages before sign-in.
A door calls `require_marks` once its views are registered, so that a view without a mark stops the start.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, g

from core.members.models import Member, Role
from core.members.queries import SignedIn
from core.organisations.models import Organisation

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
RANKS = {Role.VIEWER: 1, Role.AGENT: 2, Role.ADMINISTRATOR: 3}
EVERYBODY = 0


class ViewWithoutMark(RuntimeError):
    """A view does not say who may see it: a mistake in the program."""


def allows(role: Role) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Mark a view: only for signed-in members with this role or one that may do more."""

    def mark(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        view.__dict__["rank"] = RANKS[role]
        return view

    return mark


def open_to_everybody(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Mark a view: also for people who have not signed in."""
    view.__dict__["rank"] = EVERYBODY
    return view


def rank_of(view: Callable[..., object]) -> int | None:
    """Return the least rank that may see the view, EVERYBODY, or None when it carries no mark."""
    return view.__dict__.get("rank")


def may(member: Member, role: Role) -> bool:
    """Return whether the member's role allows what `role` allows; templates ask before showing a button."""
    return RANKS[member.role] >= RANKS[role]


def require_marks(app: Flask, *, door: str) -> None:
    """Check every view of the door. Raises ViewWithoutMark with the names of those that have no mark."""
    naked = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint.split(".")[0] == door and rank_of(view) is None
    ]
    if naked:
        raise ViewWithoutMark(f"Say with @allows who may see {', '.join(sorted(naked))}.")


def signed_in() -> SignedIn:
    """Return who is signed in; only views marked with `@allows` may ask."""
    found: SignedIn = g.signed_in
    return found


def current_member() -> Member:
    """Return the signed-in member, detached: its columns can be read, changes to it go nowhere."""
    return signed_in().member


def current_organisation() -> Organisation:
    """Return the signed-in member's organisation, detached likewise."""
    return signed_in().organisation
