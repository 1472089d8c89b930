"""A run filled: a notice for each debtor who gets a message, a skip for each invoice that is left alone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from core.bulk import store_all
from core.database import db
from core.organisations.models import Organisation
from core.planner import look_at_growth
from dunning.accounts import Wording
from dunning.assigned import debtors_of_policy
from dunning.billing import NO_BILL, Planned, bills, by_debtor, highest_of
from dunning.bills import Bill
from dunning.models import DunningNotice, DunningNoticeInvoice, DunningRun, DunningSkip
from dunning.overdue import Outcome, debtors_after, is_last, outcomes
from dunning.queries import plan_of
from dunning.schedule import Stage
from dunning.ways import Way, way_for
from invoices.postal import debtors_with_address
from invoices.queries import UsableContact, usable_contacts_of_each


def fill_next(*, organisation: Organisation, run: DunningRun) -> bool:
    """Decide about the overdue invoices of the next debtors and store it with the run.

    Returns whether there may be more. The run has to be held: what was decided and how far it goes are stored
    together, so that whoever goes on after a stop neither leaves out a debtor nor takes one twice.
    """
    debtor_ids = debtors_after(organisation_id=organisation.id, due_before=run.run_on, after=run.filled_to)
    if not debtor_ids:
        return False
    run.filled_to = debtor_ids[-1]
    own = debtors_of_policy(organisation=organisation, policy_id=run.policy_id, debtor_ids=debtor_ids)
    contacts = usable_contacts_of_each(organisation_id=organisation.id, debtor_ids=own)
    posted = debtors_with_address(organisation_id=organisation.id, debtor_ids=own)
    decided = outcomes(
        organisation=organisation,
        plan=plan_of(organisation=organisation, policy_id=run.policy_id),
        contacts=contacts,
        posted=posted,
        debtor_ids=own,
        today=run.run_on,
    )
    _store(organisation, run, list(decided), contacts, posted)
    db.session.flush()
    return not is_last(debtor_ids)


def _store(
    organisation: Organisation,
    run: DunningRun,
    decided: Iterable[Outcome],
    contacts: Mapping[int, Sequence[UsableContact]],
    posted: Collection[int],
) -> None:
    planned, skips = [], []
    for outcome in decided:
        if outcome.decision.stage is None:
            skips.append(_skip(outcome))
        else:
            planned.append(Planned(outcome.decision.stage, outcome.facts))
    of_run: dict[str, Any] = {"organisation_id": run.organisation_id, "same": {"run_id": run.id}}
    store_all(DunningSkip, skips, **of_run)
    messages = by_debtor(planned)
    ways = {
        debtor_id: way_for(highest_of(some), contacts.get(debtor_id, ()), has_address=debtor_id in posted)
        for debtor_id, some in messages.items()
    }
    # The rules leave alone whom the stage cannot reach, so each of these has a way.
    chosen = {debtor_id: way for debtor_id, way in ways.items() if way is not None}
    stored = store_all(
        DunningNotice,
        [_notice(debtor_id, highest_of(some), chosen[debtor_id]) for debtor_id, some in messages.items()],
        **of_run,
        returning=(DunningNotice.debtor_id, DunningNotice.id),
    )
    look_at_growth(DunningNotice.__tablename__, len(stored))
    ids: dict[int, int] = dict(stored)
    added = bills(
        organisation=organisation,
        wording=Wording(organisation.id),
        messages=messages,
        channels={debtor_id: way.channel for debtor_id, way in chosen.items()},
        today=run.run_on,
    )
    store_all(
        DunningNoticeInvoice,
        [_line(ids[one.facts.debtor_id], one, added.get(one.facts.debtor_id, NO_BILL)) for one in planned],
        organisation_id=run.organisation_id,
    )


def _skip(outcome: Outcome) -> dict[str, Any]:
    return {
        "invoice_id": outcome.invoice_id,
        "debtor_id": outcome.debtor_id,
        "reason": outcome.decision.reason,
        "detail": outcome.decision.detail,
    }


def _notice(debtor_id: int, stage: Stage, way: Way) -> dict[str, Any]:
    return {
        "debtor_id": debtor_id,
        "contact_point_id": way.contact.id if way.contact else None,
        "event": stage.event,
        "stage_position": stage.position,
    }


def _line(notice_id: int, planned: Planned, added: Bill) -> dict[str, Any]:
    invoice_id = planned.facts.invoice_id
    own = added.of(invoice_id) if added.lines else NO_BILL
    return {
        "notice_id": notice_id,
        "invoice_id": invoice_id,
        "stage_position": planned.stage.position,
        "event": planned.stage.event,
        "amount": planned.facts.standing.amount,
        "costs": own.costs,
        "interest": own.interest,
    }
