"""Which policy each debtor is on: the one somebody put them on, or the one for their kind and country."""

from collections.abc import Collection

from sqlalchemy import and_, bindparam, select

from core import prepared
from core.bulk import among_given
from core.database import db
from core.organisations.models import Organisation
from dunning.models import DunningAssignment, DunningPolicy
from dunning.selection import Selector, policy_for
from invoices.models import Debtor

_SELECTORS = (
    select(DunningPolicy.id, DunningPolicy.segment, DunningPolicy.country, DunningPolicy.is_by_hand)
    .where(DunningPolicy.organisation_id == bindparam("of_organisation"), DunningPolicy.ended_at.is_(None))
    .order_by(DunningPolicy.is_default.desc(), DunningPolicy.name)
)
_ASSIGNED = (
    select(Debtor.id, Debtor.kind, Debtor.country, DunningAssignment.policy_id)
    .outerjoin(
        DunningAssignment,
        and_(
            DunningAssignment.organisation_id == Debtor.organisation_id,
            DunningAssignment.debtor_id == Debtor.id,
        ),
    )
    .where(Debtor.organisation_id == bindparam("of_organisation"), among_given(Debtor.id))
)


def policies_by_debtor(*, organisation: Organisation, debtor_ids: Collection[int]) -> dict[int, int | None]:
    """Return for each of these debtors the id of their policy; a debtor's own country may be unknown."""
    selectors = [Selector(*row) for row in prepared.ask(_SELECTORS, organisation_id=organisation.id)]
    rows = prepared.ask(_ASSIGNED, organisation_id=organisation.id, ids=debtor_ids)
    return {
        debtor_id: policy_for(
            selectors=selectors,
            segment=kind.value,
            country=country or organisation.country,
            assigned=assigned,
        )
        for debtor_id, kind, country, assigned in rows
    }


def debtors_of_policy(
    *, organisation: Organisation, policy_id: int, debtor_ids: Collection[int]
) -> list[int]:
    """Return those of the debtors whose policy this is, in order."""
    chosen = policies_by_debtor(organisation=organisation, debtor_ids=debtor_ids)
    return sorted(debtor_id for debtor_id, its in chosen.items() if its == policy_id)


def assignment_of(*, organisation_id: int, debtor_id: int) -> DunningAssignment | None:
    """Return the policy somebody put the debtor on, if any."""
    return db.session.scalar(
        select(DunningAssignment).where(
            DunningAssignment.organisation_id == organisation_id,
            DunningAssignment.debtor_id == debtor_id,
        )
    )
