"""What dunning does with the invoices of an action, as long as it is open and when it is closed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext, ngettext

from core import clock
from core.clock import day_in
from core.web.formats import short_day
from core.web.guards import current_organisation
from core.web.languages import language
from desk.notices import Notice
from invoices.models import DebtorPause
from invoices.pauses import pause_of
from invoices.queries import Held, exemptions_in_force, why_not_dun
from reactions.models import ActionState
from reactions.queries.actions import ActionPage
from reactions.queries.askers import Asker, askers
from reactions.queries.given import asked_by


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds dunning off the open invoices of an action, by their ids.

    `mine` are those that the action itself has an exemption of, wholly or in part; `alone` are those left
    alone now, `without` those that stay left alone without the action. `others` are the other actions that
    hold some of them, with how many; `pause` is the debtor's.
    """

    still_open: frozenset[int]
    mine: frozenset[int]
    alone: frozenset[int]
    without: frozenset[int]
    others: Sequence[tuple[Asker, int]]
    pause: DebtorPause | None


def holding(page: ActionPage) -> Holding:
    """Return what holds dunning off, as its gate answers with the action and without it."""
    organisation = current_organisation()
    ids = frozenset(invoice.id for invoice in page.invoices if invoice.amount_open)
    held = exemptions_in_force(organisation_id=organisation.id, invoice_ids=ids)
    me = asked_by(page.action.id)
    theirs = {key: [one for one in every if one[0] != me] for key, every in held.items()}
    return Holding(
        still_open=ids,
        mine=frozenset(key for key, every in held.items() if len(every) > len(theirs[key])),
        alone=_exempt(ids, held),
        without=_exempt(ids, theirs),
        others=_others(theirs),
        pause=pause_of(
            organisation_id=organisation.id,
            debtor_id=page.debtor.id,
            today=day_in(clock.now(), organisation.zone),
        ),
    )


def close_consequence(found: Holding) -> str:
    """Return what closing the action does to reminders."""
    if not found.mine:
        return str(gettext("Reminders do not change: none was held back by this action."))
    return " ".join(_goes_on(found, found.mine - found.without, found.mine & found.without))


def after_closing(found: Holding) -> str:
    """Return what happens to reminders now that the action is closed."""
    return " ".join(_goes_on(found, found.still_open - found.alone, found.alone))


def notices(page: ActionPage, found: Holding) -> Iterator[Notice]:
    """Yield what holds now: this action, the other ones, and the debtor's pause."""
    if page.action.state != ActionState.CLOSED:
        yield _of_this(found)
    for asker, number in found.others:
        yield Notice(
            "player-pause",
            f"{asker.reference}: {asker.type_name}",
            gettext("Another action, which holds reminders back for %(num)s of these invoices.", num=number),
            url_for("desk.actions.show", public_id=asker.public_id),
        )
    if found.pause and found.still_open:
        day = short_day(found.pause.ends_on, language())
        yield Notice("player-pause", gettext("Reminders wait until %(day)s", day=day), found.pause.reason)


def _of_this(found: Holding) -> Notice:
    number = len(found.mine)
    if number:
        fact = ngettext(
            "Dunning is paused for %(num)s invoice", "Dunning is paused for %(num)s invoices", number
        )
        note = gettext("Until somebody changes or closes this action.")
        if found.mine & found.without:
            note = gettext("Until somebody changes or closes this action and those below.")
        return Notice("player-pause", fact, note)
    if found.alone or found.pause:
        return Notice("player-play", gettext("This action holds nothing back."))
    return Notice("player-play", gettext("Dunning goes on"), gettext("This action holds nothing back."))


def _goes_on(found: Holding, free: frozenset[int], kept: frozenset[int]) -> Iterator[str]:
    if free and found.pause:
        yield ngettext(
            "Reminders go on for %(num)s invoice on %(day)s, when the pause of this debtor ends.",
            "Reminders go on for %(num)s invoices on %(day)s, when the pause of this debtor ends.",
            len(free),
            day=short_day(found.pause.ends_on, language()),
        )
    elif free:
        yield ngettext(
            "Reminders go on for %(num)s invoice.", "Reminders go on for %(num)s invoices.", len(free)
        )
    if kept:
        yield ngettext(
            "For %(num)s invoice another action still holds reminders back.",
            "For %(num)s invoices other actions still hold reminders back.",
            len(kept),
        )


def _exempt(ids: frozenset[int], held: Mapping[int, Held]) -> frozenset[int]:
    answers = why_not_dun(organisation_id=current_organisation().id, invoice_ids=ids, held=held)
    return frozenset(key for key, why in answers.items() if why and why.reason == "exempt")


def _others(theirs: Mapping[int, Held]) -> Sequence[tuple[Asker, int]]:
    """Return the other actions and of how many invoices they have an exemption, the older action first."""
    numbers = Counter(name for every in theirs.values() for name, _ in every)
    known = askers(organisation_id=current_organisation().id, names=numbers.keys(), language=language())
    return [(known[name], number) for name, number in numbers.items() if name in known]
