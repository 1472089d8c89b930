"""What pages say about reminders to one debtor, and about one invoice on one day."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext

from core import clock
from core.clock import day_in
from core.web.guards import current_organisation
from core.web.languages import language
from desk import charge_words, payment_data
from desk import dunning_words as words
from desk.forms.fields import choices
from desk.forms.reminders import DayForm, PauseForm, PlanForm
from dunning import queries
from dunning.assigned import assignment_of, policies_by_debtor
from dunning.bills import Line
from dunning.explaining import Explanation, explain
from dunning.schedule import Decision, Reason
from invoices.models import Debtor, Invoice
from invoices.pauses import pause_of
from reactions.queries.askers import askers


def debtor_context(debtor: Debtor, refused: PauseForm | PlanForm | None = None) -> dict[str, Any]:
    """Return the debtor's pause and plan, and the forms that change them; `refused` is one that was sent."""
    organisation = current_organisation()
    of_debtor = {"organisation_id": organisation.id, "debtor_id": debtor.id}
    policies = queries.policies_of(organisation_id=organisation.id)
    by_id = {policy.id: policy for policy in policies}
    now_on = policies_by_debtor(organisation=organisation, debtor_ids=(debtor.id,))[debtor.id]
    assigned = assignment_of(**of_debtor)
    chosen = by_id[assigned.policy_id].public_id if assigned else ""
    plan_form = refused if isinstance(refused, PlanForm) else PlanForm(formdata=None, plan=chosen)
    plan_form.plan.choices = plan_choices()
    return {
        "pause": pause_of(**of_debtor, today=day_in(clock.now(), organisation.zone)),
        "pause_form": refused if isinstance(refused, PauseForm) else PauseForm(formdata=None),
        "pause_url": url_for("desk.pauses.begin", debtor_public_id=debtor.public_id),
        "pause_end_url": url_for("desk.pauses.end", debtor_public_id=debtor.public_id),
        "plan_form": plan_form,
        "plan_url": url_for("desk.pauses.choose_plan", debtor_public_id=debtor.public_id),
        "plan_name": by_id[now_on].name if now_on else "",
        "has_plans": len(policies) > 1,
    }


def plan_choices() -> list[Any]:
    """Return the plans to choose from."""
    policies = queries.policies_of(organisation_id=current_organisation().id)
    fitting = ("", gettext("The plan that fits"))
    return choices([fitting, *((policy.public_id, policy.name) for policy in policies)])


def invoice_context(invoice: Invoice) -> tuple[dict[str, Any], int]:
    """Return what the page about reminders of an invoice shows on the day asked about, and its status."""
    organisation = current_organisation()
    today = day_in(clock.now(), organisation.zone)
    form = DayForm(request.args) if "on" in request.args else DayForm(formdata=None, on=today)
    context = {
        "here": "invoices",
        "number": invoice.number,
        "back_href": url_for("desk.invoices.show", public_id=invoice.public_id),
        "form": form,
        "told": None,
        "too_old": payment_data.too_old(),
    }
    if "on" in request.args and not form.validate():
        return context, 422
    on = form.on.data or today
    told = explain(organisation=organisation, invoice=invoice, on=on)
    return context | {"told": told, "on": on, "currency": invoice.currency, **_in_words(told)}, 200


def _in_words(told: Explanation) -> dict[str, Any]:
    standing, stage = told.standing, told.stage
    reached = [
        words.event(one.event)
        for one in queries.stages_of(organisation_id=told.policy.organisation_id, policy_id=told.policy.id)
        if one.position == standing.reached
    ]
    return {
        "next_text": words.event(stage.event) if stage else "",
        "next_channel": words.channel(stage.channel) if stage else "",
        "days_after_due": stage.days_after_due if stage else None,
        "reached_text": reached[0] if reached else "",
        "next_adds": words.added_by(stage) if stage else "",
        "reasons": [_reason(one, told) for one in told.objections],
        "added": [(charge_words.named(one), one.amount, _sources(one)) for one in told.added.lines],
        "not_added": [charge_words.omission(one) for one in told.added.omissions],
    }


def _sources(line: Line) -> str:
    """Return the texts of law behind an amount, each once."""
    return "; ".join(dict.fromkeys(row["source"] for row in line.basis["rows"]))


def _reason(one: Decision, told: Explanation) -> dict[str, str]:
    note = ""
    if one.reason in words.WITH_DAY:
        note = words.from_day(one.detail)
    elif one.reason in words.WITH_CHANNEL:
        note = words.channel(one.detail)
    elif one.reason == Reason.EXEMPT:
        owner = told.policy.organisation_id
        who = askers(organisation_id=owner, names={one.detail}, language=language())
        note = who[one.detail].type_name if one.detail in who else ""
    return {"icon": "ban", "fact": words.reason(one.reason), "note": note}
