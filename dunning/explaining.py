"""Would a reminder about an invoice go out on a day, and if not, why not: asked of what a run decides by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.organisations.models import Organisation
from dunning.accounts import Wording
from dunning.assigned import policies_by_debtor
from dunning.billing import NO_BILL, Planned, bills, highest_of
from dunning.bills import Bill
from dunning.models import DunningPolicy
from dunning.overdue import Facts, decided, facts
from dunning.queries import PolicyUnknown, plan_of, policy
from dunning.schedule import Decision, Stage, Standing, next_stage, objections, told_by
from dunning.ways import Way, way_for
from invoices.models import Invoice
from invoices.postal import PostalAddress, postal_address
from invoices.queries import UsableContact, debtor_by_id, usable_contacts_of_each


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a run of the policy on that day would do about the invoice, as things stand now.

    `stage` is the one whose turn it is (None after the last one), `objections` all reasons against it in the
    order in which they decide. Without any, `goes_to` is where the message goes: to `contact`, or by letter.
    `added` is what the message adds to the invoice, and why not more, together with the others of the debtor
    that go into it; with objections it is what it would add on that day all the same.
    """

    policy: DunningPolicy
    stage: Stage | None
    contact: UsableContact | None
    goes_to: str
    objections: Sequence[Decision]
    standing: Standing
    added: Bill

    @property
    def goes_out(self) -> bool:
        """Whether a message goes out."""
        return not self.objections


def explain(*, organisation: Organisation, invoice: Invoice, on: date) -> Explanation:
    """Return what happens to an invoice on a day, if nothing happens before. Raises PolicyUnknown."""
    policy_id = _policy_id(organisation, invoice.debtor_id)
    plan = plan_of(organisation=organisation, policy_id=policy_id)
    usable = usable_contacts_of_each(organisation_id=organisation.id, debtor_ids=(invoice.debtor_id,))
    debtor = debtor_by_id(organisation_id=organisation.id, debtor_id=invoice.debtor_id)
    address = postal_address(debtor=debtor, home=organisation.country)
    known = facts(
        organisation=organisation,
        contacts=usable,
        posted=() if address is None else (debtor.id,),
        debtor_ids=(invoice.debtor_id,),
        today=on,
        due_before=on,
        invoice_id=invoice.id,
    )
    told = list(known)
    decisions = decided(plan=plan, invoices=told, today=on)
    fact, decision = next(
        (one, its) for one, its in zip(told, decisions, strict=True) if one.invoice_id == invoice.id
    )
    against = list(objections(plan=plan, invoice=fact.standing, debtor=fact.debtor, today=on))
    if not against and decision.stage is None:
        # Alone it would go out; what keeps it back is what the debtor's other invoices need.
        against.append(decision)
    stage = next_stage(stages=plan.stages, reached=fact.standing.reached)
    planned = _planned(stage, fact, zip(told, decisions, strict=True))
    contacts = usable.get(invoice.debtor_id, ())
    way = way_for(highest_of(planned), contacts, has_address=address is not None) if planned else None
    goes_by = None if against else way
    return Explanation(
        policy=policy(organisation_id=organisation.id, policy_id=policy_id),
        stage=stage,
        contact=goes_by.contact if goes_by else None,
        goes_to=_place(goes_by, address),
        objections=against,
        standing=fact.standing,
        added=_added(organisation, planned, way, on),
    )


def _policy_id(organisation: Organisation, debtor_id: int) -> int:
    found = policies_by_debtor(organisation=organisation, debtor_ids=(debtor_id,))[debtor_id]
    if found is None:
        raise PolicyUnknown
    return found


def _place(way: Way | None, address: PostalAddress | None) -> str:
    """Return the address or number that a message by this way goes to."""
    if way is None:
        return ""
    if way.contact is not None:
        return way.contact.value
    return address.in_short if address else ""


def _planned(
    stage: Stage | None, fact: Facts, outcomes: Iterable[tuple[Facts, Decision]]
) -> Sequence[Planned]:
    """Return what goes into a message with the invoice: the others of the debtor that go out on that day.

    Others whose text would not give the term that the invoice's stage begins are not in that message.
    """
    if stage is None:
        return ()
    own = Planned(stage, fact)
    others = [
        Planned(its.stage, one)
        for one, its in outcomes
        if its.stage is not None and one.invoice_id != fact.invoice_id
    ]
    together = [own, *others]
    return together if told_by(highest_of(together), stage) else [own]


def _added(organisation: Organisation, planned: Sequence[Planned], way: Way | None, on: date) -> Bill:
    """Return what a message about these adds to the first of them; one that cannot reach anybody, nothing."""
    if way is None:
        return NO_BILL
    first = planned[0].facts
    found = bills(
        organisation=organisation,
        wording=Wording(organisation.id),
        messages={first.debtor_id: planned},
        channels={first.debtor_id: way.channel},
        today=on,
    )
    return found.get(first.debtor_id, NO_BILL).of(first.invoice_id)
