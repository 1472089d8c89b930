"""A run filled: a notice for each debtor who gets a message, a skip for each invoice that is left alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import insert

from core.database import OfOrganisation, db
from core.organisations.models import Organisation
from dunning.models import DunningNotice, DunningNoticeInvoice, DunningRun, DunningSkip
from dunning.overdue import Outcome, debtors_after, outcomes
from dunning.queries import debtors_of_policy, plan_of
from dunning.schedule import LETTER, Stage
from invoices.models import ContactPoint
from invoices.postal import debtors_with_address
from invoices.queries import usable_contacts_of_each


def fill_next(*, organisation: Organisation, run: DunningRun) -> bool:
    """Decide about the overdue invoices of the next debtors and store it with the run.

    Returns whether there were any. The run has to be held: what was decided and how far it goes are stored
    together, so that whoever goes on after a stop neither leaves out a debtor nor takes one twice.
    """
    debtor_ids = debtors_after(organisation_id=organisation.id, due_before=run.run_on, after=run.filled_to)
    if not debtor_ids:
        return False
    run.filled_to = debtor_ids[-1]
    own = debtors_of_policy(organisation=organisation, policy_id=run.policy_id, debtor_ids=debtor_ids)
    contacts = usable_contacts_of_each(organisation_id=organisation.id, debtor_ids=own)
    decided = outcomes(
        organisation_id=organisation.id,
        zone=organisation.zone,
        plan=plan_of(organisation=organisation, policy_id=run.policy_id),
        contacts=contacts,
        debtor_ids=own,
        today=run.run_on,
    )
    posted = debtors_with_address(organisation_id=organisation.id, debtor_ids=own)
    _store(run, list(decided), contacts, posted)
    db.session.flush()
    return True


def contact_for(stage: Stage, contacts: Sequence[ContactPoint], *, has_address: bool) -> ContactPoint | None:
    """Return the contact point a stage writes to, None for a letter; the rules saw to a way."""
    for channel in stage.order:
        if channel == LETTER and has_address:
            return None
        for one in contacts:
            if one.channel.value == channel:
                return one
    return contacts[0]


def _store(
    run: DunningRun,
    decided: Iterable[Outcome],
    contacts: dict[int, Sequence[ContactPoint]],
    posted: Collection[int],
) -> None:
    to_write: dict[int, list[tuple[Stage, Outcome]]] = defaultdict(list)
    skips = []
    for outcome in decided:
        if outcome.decision.stage is None:
            skips.append(_skip(run, outcome))
        else:
            to_write[outcome.debtor_id].append((outcome.decision.stage, outcome))
    _insert(DunningSkip, skips)
    notices = {}
    for debtor_id, invoices in to_write.items():
        stage = _highest(invoices)
        contact = contact_for(stage, contacts.get(debtor_id, ()), has_address=debtor_id in posted)
        notices[debtor_id] = _notice(run, debtor_id, stage, contact)
    ids = _insert_notices(list(notices.values()))
    lines = (
        _line(run, ids[debtor_id], stage, outcome)
        for debtor_id, invoices in to_write.items()
        for stage, outcome in invoices
    )
    _insert(DunningNoticeInvoice, list(lines))


def _highest(invoices: Iterable[tuple[Stage, Outcome]]) -> Stage:
    """Return the stage of a message: the highest one among its invoices."""
    return max((stage for stage, _ in invoices), key=lambda stage: stage.position)


def _insert_notices(rows: list[dict[str, Any]]) -> dict[int, int]:
    """Store notices and return their ids by debtor."""
    if not rows:
        return {}
    stored = insert(DunningNotice).returning(DunningNotice.debtor_id, DunningNotice.id)
    return dict(db.session.execute(stored, rows).all())


def _insert(table: type[OfOrganisation], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(table), rows)


def _skip(run: DunningRun, outcome: Outcome) -> dict[str, Any]:
    return {
        "organisation_id": run.organisation_id,
        "run_id": run.id,
        "invoice_id": outcome.invoice_id,
        "debtor_id": outcome.debtor_id,
        "reason": outcome.decision.reason,
        "detail": outcome.decision.detail,
    }


def _notice(run: DunningRun, debtor_id: int, stage: Stage, contact: ContactPoint | None) -> dict[str, Any]:
    return {
        "organisation_id": run.organisation_id,
        "run_id": run.id,
        "debtor_id": debtor_id,
        "contact_point_id": contact.id if contact else None,
        "event": stage.event,
        "stage_position": stage.position,
    }


def _line(run: DunningRun, notice_id: int, stage: Stage, outcome: Outcome) -> dict[str, Any]:
    return {
        "organisation_id": run.organisation_id,
        "notice_id": notice_id,
        "invoice_id": outcome.invoice_id,
        "stage_position": stage.position,
        "event": stage.event,
        "amount": outcome.amount,
    }
