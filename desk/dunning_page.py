"""What the templates of dunning need, from the room's answers: words, addresses and pages of lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from core.web.guards import current_organisation
from core.web.languages import language
from desk import dunning_words as words
from dunning import queries, run_page
from dunning.models import DunningRun, RunState
from dunning.run_page import NoticeRow, SkipRow
from dunning.schedule import Reason
from messaging.models import MessageState
from reactions.queries.askers import Asker, askers

RUNS_ON_A_PAGE, NOTICES_ON_A_PAGE, SKIPS_ON_A_PAGE = 25, 50, 50
ON_THEIR_WAY = (MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING)


@dataclass(frozen=True, slots=True)
class Pages:
    """The foot of a list: how many are shown, of how many, and where the neighbours are."""

    shown: int
    total: int
    previous_href: str | None
    next_href: str | None


def runs_context(*, page: int) -> dict[str, Any]:
    """Return what the list of runs shows."""
    organisation = current_organisation()
    policy = queries.default_policy(organisation_id=organisation.id)
    rows, total = queries.runs_of(organisation_id=organisation.id, page=page, size=RUNS_ON_A_PAGE)
    return {
        "here": "dunning",
        "policy": policy,
        "stages": [
            (stage.days_after_due, words.event(stage.event), words.channel(stage.channel.value))
            for stage in queries.stages_of(organisation_id=organisation.id, policy_id=policy.id)
        ],
        "currency": organisation.currency,
        "proposal": queries.proposal_of(organisation_id=organisation.id, policy_id=policy.id),
        "rows": [(row, *words.run_state(row.state)) for row in rows],
        "pages": _pages("desk.dunning.index", {}, page, RUNS_ON_A_PAGE, len(rows), total),
    }


def run_context(*, run: DunningRun, page: int, event: str, channel: str) -> dict[str, Any]:
    """Return what the page of a run shows; `event` and `channel` are its filters."""
    rows, total = run_page.notices_of(
        run=run, event=event, channel=channel, page=page, size=NOTICES_ON_A_PAGE
    )
    figures = run_page.figures_of(run=run)
    kept = {"public_id": run.public_id, "stage": event, "channel": channel}
    return {
        "here": "dunning",
        "run": run,
        "is_proposal": run.state is RunState.PROPOSED,
        "state": words.run_state(run.state),
        "figures": figures,
        "channels": ", ".join(f"{n} {words.channel(name)}" for name, n in sorted(figures.by_channel.items())),
        "progress": _progress(figures.by_state),
        "filters": _filters(run, event, channel, figures.by_channel),
        "rows": [_notice(row) for row in rows],
        "total": total,
        "pages": _pages("desk.dunning.show", kept, page, NOTICES_ON_A_PAGE, len(rows), total),
        "skips": _groups(run),
    }


def skipped_context(*, run: DunningRun, reason: str, page: int) -> dict[str, Any]:
    """Return what the list of invoices that were skipped for one reason shows."""
    rows, total = run_page.skips_of(run=run, reason=reason, page=page, size=SKIPS_ON_A_PAGE)
    kept = {"public_id": run.public_id, "reason": reason}
    return {
        "here": "dunning",
        "run": run,
        "reason": words.reason(reason),
        "rows": _skips(rows),
        "total": total,
        "pages": _pages("desk.dunning.skipped", kept, page, SKIPS_ON_A_PAGE, len(rows), total),
    }


def _notice(row: NoticeRow) -> dict[str, Any]:
    word, tone = words.notice_state(row)
    return {
        "public_id": row.debtor_public_id,
        "name": row.debtor_name,
        "stage": words.event(row.event),
        "channel": words.channel(row.channel),
        "invoices": row.invoices,
        "amounts": row.amounts,
        "is_kept": row.state not in ("left_out", "held_back"),
        "state": word,
        "tone": tone,
        "reason": row.message_reason or "",
    }


def _groups(run: DunningRun) -> list[dict[str, Any]]:
    """Return the skips by reason, the commonest first, each with its first few invoices."""
    first = run_page.first_skips_of(run=run)
    return [
        {
            "code": code,
            "reason": words.reason(code),
            "count": number,
            "rows": _skips(first[code]),
            "more": number - len(first[code]),
        }
        for code, number in run_page.reasons_of(run=run)
    ]


def _skips(rows: Sequence[SkipRow]) -> list[dict[str, Any]]:
    who = askers(
        organisation_id=current_organisation().id,
        names={row.detail for row in rows if row.reason == Reason.EXEMPT},
        language=language(),
    )
    return [
        {
            "invoice": row.invoice_public_id,
            "number": row.number,
            "debtor": row.debtor_public_id,
            "name": row.debtor_name,
            "amount": row.amount_open,
            "currency": row.currency,
            "due_on": row.due_on,
            "note": _note(row, who.get(row.detail)),
        }
        for row in rows
    ]


def _note(row: SkipRow, asker: Asker | None) -> str:
    """Return what is worth knowing beside the reason: a day, or which reaction it is."""
    if row.reason in (Reason.NOT_DUE_YET, Reason.GAP):
        return words.from_day(row.detail)
    if row.reason == Reason.NO_CHANNEL:
        return words.channel(row.detail)
    if asker is None:
        return ""
    if asker.review_on is None:
        return asker.type_name
    return str(gettext("%(what)s, look at it %(day)s", what=asker.type_name, day=words.day(asker.review_on)))


def _progress(by_state: dict[str, int]) -> list[tuple[str, int]]:
    """Return what became of the messages, as words and numbers."""
    waiting = sum(by_state.get(state, 0) for state in ON_THEIR_WAY)
    others = [
        (words.message_state(state)[0], by_state[state])
        for state in MessageState
        if state not in ON_THEIR_WAY and by_state.get(state)
    ]
    return [*([(gettext("Waiting"), waiting)] if waiting else []), *others]


def _filters(run: DunningRun, event: str, channel: str, by_channel: dict[str, int]) -> list[dict[str, Any]]:
    def href(**chosen: str) -> str:
        kept = {"public_id": run.public_id, "stage": event, "channel": channel} | chosen
        return _href("desk.dunning.show", kept)

    events = run_page.events_of(run=run)
    return [
        {
            "name": gettext("Stage"),
            "choices": [
                {"label": words.event(name), "href": href(stage=name), "count": None} for name in events
            ],
            "chosen_label": words.event(event) if event in events else "",
            "clear_href": href(stage=""),
        },
        {
            "name": gettext("Channel"),
            "choices": [
                {"label": words.channel(name), "href": href(channel=name), "count": number}
                for name, number in sorted(by_channel.items())
            ],
            "chosen_label": words.channel(channel) if channel in words.CHANNELS else "",
            "clear_href": href(channel=""),
        },
    ]


def _pages(endpoint: str, kept: dict[str, str], page: int, size: int, shown: int, total: int) -> Pages:
    def href(number: int) -> str:
        return _href(endpoint, kept | {"page": str(number)})

    return Pages(
        shown=shown,
        total=total,
        previous_href=href(page - 1) if page > 1 else None,
        next_href=href(page + 1) if page * size < total else None,
    )


def _href(endpoint: str, values: dict[str, str]) -> str:
    """Return the address of a page with the values that say something."""
    said: dict[str, Any] = {name: value for name, value in values.items() if value}
    return url_for(endpoint, **said)
