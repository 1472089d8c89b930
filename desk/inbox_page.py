"""What the inbox shows, and what an address says about the list an action was picked from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from core import clock
from core.clock import day_in
from core.members.queries import members_of
from core.web.formats import short_day, weekday_day
from core.web.guards import current_member, current_organisation
from core.web.languages import language
from core.web.rail import View as RailView
from desk import lists, rail_counts, words
from reactions.models import ActionState
from reactions.queries import inbox
from reactions.queries.reaction_types import types_of
from reactions.queries.views import NOBODY, View, Wanted

FILTERS = ("view", "type", "state", "assignee", "debtor", "days", "q")
SPANS = (1, 7, 14, 30, 90)
SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Row:
    """An action in the list; `age` is how long it waits, `late` says that the promised day has passed."""

    href: str
    kind_label: str
    kind_tone: str
    name: str
    about: str
    amounts: tuple[tuple[str, int], ...]
    age: timedelta
    answer_by: date | None
    late: bool
    is_new: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Actions under one heading; `count` is empty where the group goes on on another page."""

    label: str
    count: int | str
    late: bool
    rows: list[Row] = field(default_factory=list)


def wanted() -> Wanted:
    """Return what the address asks the inbox for; what is no filter is passed over."""
    days = request.args.get("days", type=int)
    return Wanted(
        view=lists.chosen("view", View) or View.NEEDS_ANSWER,
        type_key=request.args.get("type"),
        state=lists.chosen("state", ActionState),
        assignee=request.args.get("assignee"),
        debtor=request.args.get("debtor"),
        within_days=days if days in SPANS else None,
        search=lists.searched(),
        page=lists.page_number(),
    )


def kept() -> dict[str, Any]:
    """Return the part of the address that says from which list an action was picked."""
    return lists.kept(*FILTERS, "page")


def title() -> str:
    """Return what that list is called."""
    return words.view(wanted().view)


def list_href() -> str:
    """Return the address of that list."""
    return url_for("desk.actions.index", **kept())


def waiting() -> int | None:
    """Return how many actions need an answer."""
    return rail_counts.actions(View.NEEDS_ANSWER)


def rail_views() -> list[RailView]:
    """Return the views as lines of the rail."""
    return [
        RailView(
            key=f"inbox.{view}",
            label=words.view(view),
            href=url_for("desk.actions.index", view=view.value),
            count=rail_counts.actions(view),
            late=view == View.OVERDUE,
        )
        for view in View
    ]


def context() -> dict[str, Any]:
    """Return what the list of actions shows."""
    asked, now = wanted(), clock.now()
    organisation, member = current_organisation(), current_member()
    found = inbox.inbox(
        organisation_id=organisation.id, member_id=member.id, wanted=asked, language=language(), now=now
    )
    page = min(asked.page, found.pages)
    return {
        "here": f"inbox.{asked.view}",
        "title": words.view(asked.view),
        "total": found.total,
        "filters": _filters(asked.view, found.type_counts),
        "search": asked.search,
        "kept": lists.kept(*(name for name in FILTERS if name != "q")),
        "groups": _groups(found, asked.view, day_in(now, organisation.zone)),
        "pages": lists.pages(total=found.total, page=page, size=inbox.PAGE),
        "is_filtered": any(request.args.get(name) for name in FILTERS if name != "view"),
        "clear_href": url_for("desk.actions.index", view=asked.view.value),
    }


def _filters(view: View, type_counts: Mapping[str, int]) -> list[lists.Filter]:
    organisation_id = current_organisation().id
    types = types_of(organisation_id=organisation_id, language=language())
    people = [(one.public_id, one.name) for one in members_of(organisation_id=organisation_id) if one.active]
    states = [
        (state.value, words.action_state(state)[0]) for state in ActionState if state != ActionState.CLOSED
    ]
    return [
        *lists.filters_by_debtor(lists.chosen_debtor()),
        lists.filter_by("type", gettext("Type"), [(one.key, one.name) for one in types], type_counts),
        *([] if view == View.CLOSED else [lists.filter_by("state", gettext("State"), states)]),
        lists.filter_by("assignee", gettext("Assigned to"), [(NOBODY, gettext("Nobody")), *people]),
        lists.filter_by("days", gettext("Received"), [(str(days), _span(days)) for days in SPANS]),
    ]


def _span(days: int) -> str:
    if days == 1:
        return str(gettext("last 24 hours"))
    return str(gettext("last %(num)s days", num=days))


def _groups(found: inbox.Inbox, view: View, today: date) -> list[Group]:
    if view == View.CLOSED:
        rows = [_row(row, today) for row in found.rows]
        return [Group(words.view(view), found.total, False, rows)] if rows else []
    whole = found.total <= inbox.PAGE
    return [_group(label, list(rows), whole, today) for label, rows in _by_day(found.rows, today)]


def _by_day(rows: Iterable[inbox.Row], today: date) -> Iterable[tuple[str, Iterable[inbox.Row]]]:
    return groupby(rows, key=lambda row: _heading(row.review_on, today))


def _heading(day: date | None, today: date) -> str:
    if day is None:
        return str(gettext("Without a day"))
    if day < today:
        return str(gettext("Overdue"))
    return weekday_day(day, language()) if day <= today + SOON else str(gettext("Later"))


def _group(label: str, rows: list[inbox.Row], whole: bool, today: date) -> Group:
    late = bool(rows and rows[0].review_on and rows[0].review_on < today)
    return Group(label, len(rows) if whole else "", late, [_row(row, today) for row in rows])


def _row(row: inbox.Row, today: date) -> Row:
    about = [", ".join(row.numbers), row.first_choice]
    if row.promised_on:
        about.append(gettext("pays on %(day)s", day=short_day(row.promised_on, language())))
    is_open = row.state != ActionState.CLOSED
    return Row(
        href=lists.here(action=row.public_id, page=request.args.get("page")),
        kind_label=row.type_name,
        kind_tone=row.type_key,
        name=row.debtor_name,
        about=" · ".join(part for part in about if part),
        amounts=row.amounts,
        age=clock.now() - row.created_at,
        answer_by=row.review_on if is_open else None,
        late=is_open and row.review_on is not None and row.review_on < today,
        is_new=row.state == ActionState.NEW,
        is_chosen=row.public_id == request.args.get("action"),
    )
