"""A run filled: a notice for each debtor who gets a message, a skip for each invoice that is left alone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert

from core.database import OfOrganisation, db
from dunning.models import DunningNotice, DunningNoticeInvoice, DunningRun, DunningSkip
from dunning.overdue import Outcome, chunks_of_debtors, outcomes
from dunning.schedule import PREFERRED, Plan, Stage
from invoices.models import ContactPoint
from invoices.queries import usable_contacts_of_each


def fill(*, run: DunningRun, plan: Plan, zone: str, today: date) -> None:
    """Decide about every overdue invoice of the organisation and store it with the run, chunk by chunk."""
    organisation_id = run.organisation_id
    for debtor_ids in chunks_of_debtors(organisation_id=organisation_id, today=today):
        contacts = usable_contacts_of_each(organisation_id=organisation_id, debtor_ids=debtor_ids)
        decided = outcomes(
            organisation_id=organisation_id,
            zone=zone,
            plan=plan,
            contacts=contacts,
            debtor_ids=debtor_ids,
            today=today,
        )
        _store(run, list(decided), contacts)


def contact_for(stage: Stage, contacts: Sequence[ContactPoint]) -> ContactPoint:
    """Return the contact point a stage writes to; the rules saw to it that there is one."""
    return next(one for one in contacts if stage.channel in (PREFERRED, one.channel.value))


def _store(run: DunningRun, decided: Iterable[Outcome], contacts: dict[int, Sequence[ContactPoint]]) -> None:
    to_write: dict[int, list[tuple[Stage, Outcome]]] = defaultdict(list)
    skips = []
    for outcome in decided:
        if outcome.decision.stage is None:
            skips.append(_skip(run, outcome))
        else:
            to_write[outcome.debtor_id].append((outcome.decision.stage, outcome))
    _insert(DunningSkip, skips)
    notices = {
        debtor_id: _notice(run, debtor_id, _highest(invoices), contacts[debtor_id])
        for debtor_id, invoices in to_write.items()
    }
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


def _notice(
    run: DunningRun, debtor_id: int, stage: Stage, contacts: Sequence[ContactPoint]
) -> dict[str, Any]:
    return {
        "organisation_id": run.organisation_id,
        "run_id": run.id,
        "debtor_id": debtor_id,
        "contact_point_id": contact_for(stage, contacts).id,
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
