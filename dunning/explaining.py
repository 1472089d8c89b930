"""Would a reminder about an invoice go out on a day, and if not, why not: asked of what a run decides by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.organisations.models import Organisation
from dunning.models import DunningPolicy
from dunning.overdue import facts
from dunning.planning import contact_for
from dunning.queries import PolicyUnknown, plan_of, policies_by_debtor, policy
from dunning.schedule import Decision, Stage, Standing, next_stage, objections
from invoices.models import ContactPoint, Invoice
from invoices.postal import postal_address
from invoices.queries import debtor_by_id, usable_contacts_of_each


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a run of the policy on that day would do about the invoice, as things stand now.

    `stage` is the one whose turn it is (None after the last one), `objections` all reasons against it in the
    order in which they decide. Without any, `goes_to` is where the message goes: to `contact`, or by letter.
    """

    policy: DunningPolicy
    stage: Stage | None
    contact: ContactPoint | None
    goes_to: str
    objections: Sequence[Decision]
    standing: Standing

    @property
    def goes_out(self) -> bool:
        """Whether a message goes out."""
        return not self.objections


def explain(*, organisation: Organisation, invoice: Invoice, on: date) -> Explanation:
    """Return what happens to an invoice on a day, if nothing happens before. Raises PolicyUnknown."""
    policy_id = policies_by_debtor(organisation=organisation, debtor_ids=(invoice.debtor_id,))[
        invoice.debtor_id
    ]
    if policy_id is None:
        raise PolicyUnknown
    plan = plan_of(organisation=organisation, policy_id=policy_id)
    contacts = usable_contacts_of_each(organisation_id=organisation.id, debtor_ids=(invoice.debtor_id,))
    (fact,) = facts(
        organisation_id=organisation.id,
        zone=organisation.zone,
        contacts=contacts,
        debtor_ids=(invoice.debtor_id,),
        today=on,
        due_before=on,
        invoice_id=invoice.id,
    )
    against = list(objections(plan=plan, invoice=fact.standing, debtor=fact.debtor, today=on))
    stage = next_stage(stages=plan.stages, reached=fact.standing.reached)
    contact, goes_to = None, ""
    if stage is not None and not against:
        debtor = debtor_by_id(organisation_id=organisation.id, debtor_id=invoice.debtor_id)
        address = postal_address(debtor=debtor, home=organisation.country)
        known = contacts.get(invoice.debtor_id, ())
        contact = contact_for(stage, known, has_address=address is not None)
        goes_to = contact.value if contact else address.in_short if address else ""
    return Explanation(
        policy=policy(organisation_id=organisation.id, policy_id=policy_id),
        stage=stage,
        contact=contact,
        goes_to=goes_to,
        objections=against,
        standing=fact.standing,
    )
