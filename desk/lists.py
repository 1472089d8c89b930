"""Lists with an address for every view of them: pages, filters that are links, and what was searched for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext

from core.texts import one_line
from core.web.guards import current_organisation
from invoices.models import Debtor
from invoices.queries import debtor_by_public_id

LONGEST_SEARCH = 100
MOST_PAGES = 100_000
Kind = TypeVar("Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a list can be filtered by."""

    label: str
    href: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter above a list; `chosen_label` is empty while it is off."""

    name: str
    choices: Sequence[Choice]
    chosen_label: str
    clear_href: str


@dataclass(frozen=True, slots=True)
class Pages:
    """What stands under a list: which page it is, which rows of how many, and the ways on and back."""

    number: int
    shown: str
    total: int
    previous_href: str | None
    next_href: str | None


def here(**changes: str | int | None) -> str:
    """Return the address of this list with other values; None takes one away.

    A list that changes begins at its first page, with nothing chosen in it.
    """
    values: dict[str, str | int | None] = {**request.args.to_dict(), "page": None, "action": None, **changes}
    asked = urlencode({name: value for name, value in values.items() if value not in (None, "")})
    return f"{request.path}?{asked}" if asked else request.path


def searched() -> str:
    """Return what was typed in the list's search box."""
    return one_line(request.args.get("q", ""))[:LONGEST_SEARCH]


def page_number() -> int:
    """Return the number of the page that was asked for."""
    return min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)


def chosen(name: str, kind: type[Kind]) -> Kind | None:
    """Return the value a filter is set to, or None when it is off or set to something else."""
    value = request.args.get(name, "")
    return kind(value) if value in list(kind) else None


def filter_by(
    name: str, label: str, options: Sequence[tuple[str, str]], counts: Mapping[str, int] | None = None
) -> Filter:
    """Return the filter that sets `?name=` to one of (value, label)."""
    now = request.args.get(name, "")
    return Filter(
        name=label,
        choices=[
            Choice(text, here(**{name: value}), counts.get(value, 0) if counts is not None else None)
            for value, text in options
        ],
        chosen_label=next((text for value, text in options if value == now), ""),
        clear_href=here(**{name: None}),
    )


def chosen_debtor() -> Debtor | None:
    """Return the debtor of `?debtor=`, which their page's links set, or None. Raises DebtorUnknown."""
    public_id = request.args.get("debtor", "")
    if not public_id:
        return None
    return debtor_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def filters_by_debtor(debtor: Debtor | None) -> list[Filter]:
    """Return the filter by that debtor, which can only be taken away here; none while it is off."""
    if debtor is None:
        return []
    label, clear = str(gettext("Debtor")), here(debtor=None)
    return [Filter(name=label, choices=[], chosen_label=debtor.name, clear_href=clear)]


def kept(*names: str) -> dict[str, str]:
    """Return the filters that stay when somebody searches."""
    return {name: request.args[name] for name in names if request.args.get(name)}


def pages(*, total: int, page: int, size: int) -> Pages:
    """Return what stands under a list of `total` rows."""
    first = (page - 1) * size + 1
    last = min(page * size, total)
    return Pages(
        number=page,
        shown=f"{first}–{last}" if first <= last else "0",
        total=total,
        previous_href=here(page=page - 1 if page > 2 else None) if page > 1 else None,
        next_href=here(page=page + 1) if last < total else None,
    )
