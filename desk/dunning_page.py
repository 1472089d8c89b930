"""What the templates of dunning need, from the room's answers: words, addresses and pages of lists."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext

from core import clock
from core.web.guards import current_organisation
from core.web.languages import language, sentence_of
from desk import dunning_words as words
from desk import lists, payment_data
from desk.lists import Filter
from desk.words import state_reason
from dunning import queries, run_page
from dunning.forgetting import KEPT
from dunning.lawful_stages import require_sayable
from dunning.models import DunningPolicy, DunningRun, RunState
from dunning.policy_refusals import PolicyRefused
from dunning.run_page import NoticeRow, SkipRow
from dunning.schedule import Reason
from dunning.sending import letters_about
from messaging.letter_batches import batch_about
from messaging.models import MessageState
from reactions.queries.askers import Asker, askers

RUNS_ON_A_PAGE, NOTICES_ON_A_PAGE, SKIPS_ON_A_PAGE = 25, 50, 50
ON_THEIR_WAY = (MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING)


def runs_context(*, page: int) -> dict[str, Any]:
    """Return what the list of runs shows."""
    organisation = current_organisation()
    rows, total = queries.runs_of(organisation_id=organisation.id, page=page, size=RUNS_ON_A_PAGE)
    plans = [_plan(policy) for policy in queries.policies_of(organisation_id=organisation.id)]
    return {
        "here": "dunning",
        "plans": plans,
        "currency": organisation.currency,
        "payment_data": payment_data.context(),
        "proposal": plans[0]["open_run"] if plans else None,
        "rows": [(row, *words.run_state(row.state)) for row in rows],
        "pages": lists.pages(total=total, page=page, size=RUNS_ON_A_PAGE),
    }


def _plan(policy: DunningPolicy) -> dict[str, Any]:
    of_it = {"organisation_id": policy.organisation_id, "policy_id": policy.id}
    return {
        "policy": policy,
        "whom": words.whom(policy),
        "stages": [
            (
                stage.days_after_due,
                words.event(stage.event),
                ", ".join(
                    part for part in (words.channel(stage.channel.value), words.added_by(stage)) if part
                ),
            )
            for stage in queries.stages_of(**of_it)
        ],
        "open_run": queries.open_run_of(**of_it),
        "unsayable": _why_unsayable(policy),
    }


def _why_unsayable(policy: DunningPolicy) -> str:
    """Return why no run of the plan can begin today, or nothing."""
    stages = queries.stages_of(organisation_id=policy.organisation_id, policy_id=policy.id)
    try:
        require_sayable(organisation=current_organisation(), policy=policy, stages=stages, now=clock.now())
    except PolicyRefused as refusal:
        return sentence_of(refusal)
    return ""


def run_context(*, run: DunningRun, page: int, event: str, channel: str) -> dict[str, Any]:
    """Return what the page of a run shows; `event` and `channel` are its filters."""
    rows, total = run_page.notices_of(
        run=run, event=event, channel=channel, page=page, size=NOTICES_ON_A_PAGE
    )
    figures = run_page.figures_of(run=run)
    return {
        "here": "dunning",
        "run": run,
        "is_proposal": run.state is RunState.PROPOSED,
        "is_filling": run.state is RunState.FILLING,
        "state": words.run_state(run.state),
        "figures": figures,
        "channels": ", ".join(f"{n} {words.channel(name)}" for name, n in sorted(figures.by_channel.items())),
        "progress": _progress(figures.by_state),
        "filters": _filters(run, figures.by_channel),
        "rows": [_notice(row) for row in rows],
        "total": total,
        "pages": lists.pages(total=total, page=page, size=NOTICES_ON_A_PAGE),
        "skips": _groups(run),
        "forgotten": _forgotten(run),
        "letters_href": _letters_href(run),
    }


def _letters_href(run: DunningRun) -> str:
    """Return the page of the letters that the run printed, if it printed any."""
    batch = batch_about(organisation_id=run.organisation_id, about=letters_about(run))
    return url_for("desk.letters.show", public_id=batch.public_id) if batch else ""


def skipped_context(*, run: DunningRun, reason: str, page: int) -> dict[str, Any]:
    """Return what the list of invoices that were skipped for one reason shows."""
    rows, total = run_page.skips_of(run=run, reason=reason, page=page, size=SKIPS_ON_A_PAGE)
    return {
        "here": "dunning",
        "run": run,
        "reason": words.reason(reason),
        "forgotten": _forgotten(run),
        "rows": _skips(rows),
        "total": total,
        "pages": lists.pages(total=total, page=page, size=SKIPS_ON_A_PAGE),
    }


def _forgotten(run: DunningRun) -> str:
    """Return why the page names none of the invoices that an old run left alone, or nothing."""
    if not run.skip_counts:
        return ""
    return str(
        gettext(
            "Which invoices these were is kept for %(days)s days, and only their number after that.",
            days=KEPT.days,
        )
    )


def _notice(row: NoticeRow) -> dict[str, Any]:
    word, tone = words.notice_state(row)
    return {
        "public_id": row.debtor_public_id,
        "name": row.debtor_name,
        "stage": words.event(row.event),
        "channel": words.channel(row.channel),
        "invoices": row.invoices,
        "amounts": row.amounts,
        "added": row.added,
        "is_kept": row.state not in ("left_out", "held_back"),
        "state": word,
        "tone": tone,
        "reason": state_reason(row.message_reason or ""),
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
            "action": who[row.detail].public_id if row.detail in who else "",
        }
        for row in rows
    ]


def _note(row: SkipRow, asker: Asker | None) -> str:
    """Return what is worth knowing beside the reason: a day, or which reaction it is."""
    if row.reason in words.WITH_DAY:
        return words.from_day(row.detail)
    if row.reason in words.WITH_CHANNEL and row.detail:
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


def _filters(run: DunningRun, by_channel: dict[str, int]) -> list[Filter]:
    events = [(name, words.event(name)) for name in run_page.events_of(run=run)]
    channels = [(name, words.channel(name)) for name in sorted(by_channel)]
    return [
        lists.filter_by("stage", gettext("Stage"), events),
        lists.filter_by("channel", gettext("Channel"), channels, by_channel),
    ]
