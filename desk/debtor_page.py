"""What the pages of debtors show: the list, and one debtor with everything around them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from core import clock
from core.clock import day_in
from core.identifiers import public_id as new_key
from core.members.models import Role
from core.trail import lines_of_debtor
from core.web.formats import money, short_day
from core.web.guards import current_member, current_organisation, may
from core.web.languages import country_name, language
from desk import lists, reminders_page, rows, timeline, words
from desk.action_page import type_names
from desk.forms.debtors import SendLinkForm
from desk.forms.fields import choices
from desk.forms.reminders import PauseForm, PlanForm
from invoices.contacts import contacts_of
from invoices.lists import SIZE as ON_A_PAGE
from invoices.lists import (
    Owed,
    Owing,
    debtors_found,
    invoices_of,
    number_of_invoices_of,
    owed_by_each,
)
from invoices.models import Debtor, DebtorKind
from invoices.queries import UsableContact, usable_contacts_of
from links.queries import links_of
from links.sending import leaves_unasked_at
from links.validity import end_of
from messaging.queries import messages_of
from reactions.queries.beside import actions_of, number_of_actions, open_actions_of_each
from reactions.queries.views import View


def list_context() -> dict[str, Any]:
    """Return what the list of debtors shows."""
    organisation, page = current_organisation(), lists.page_number()
    today = day_in(clock.now(), organisation.zone)
    found, total = debtors_found(
        organisation_id=organisation.id,
        today=today,
        text=lists.searched(),
        kind=lists.chosen("kind", DebtorKind),
        owing=lists.chosen("owes", Owing),
        page=page,
    )
    ids = [debtor.id for debtor in found]
    owed = owed_by_each(organisation_id=organisation.id, debtor_ids=ids)
    actions = open_actions_of_each(organisation_id=organisation.id, debtor_ids=ids)
    return {
        "here": "debtors",
        "total": total,
        "filters": [
            lists.filter_by(
                "kind", gettext("Kind"), [(kind, words.debtor_kind(kind)) for kind in DebtorKind]
            ),
            lists.filter_by("owes", gettext("Owes"), [(owing, words.owing(owing)) for owing in Owing]),
        ],
        "search": lists.searched(),
        "kept": lists.kept("kind", "owes"),
        "rows": [
            _row(debtor, owed.get(debtor.id, ()), actions.get(debtor.id, 0))
            | {"late": any(one.first_due_on < today for one in owed.get(debtor.id, ()))}
            for debtor in found
        ],
        "pages": lists.pages(total=total, page=page, size=ON_A_PAGE),
        "is_filtered": bool(lists.kept("kind", "owes", "q")),
        "clear_href": url_for("desk.debtors.index"),
        "may_change": may(current_member(), Role.AGENT),
    }


def context(
    debtor: Debtor,
    *,
    send_form: SendLinkForm | None = None,
    reminding: PauseForm | PlanForm | None = None,
) -> dict[str, Any]:
    """Return what one debtor's page shows; `send_form` or `reminding` is one that was refused."""
    organisation_id, now = current_organisation().id, clock.now()
    contacts = contacts_of(organisation_id=organisation_id, debtor_id=debtor.id)
    by_id = {contact.id: contact for contact in contacts}
    messages = messages_of(organisation_id=organisation_id, debtor_id=debtor.id)
    owed = owed_by_each(organisation_id=organisation_id, debtor_ids=(debtor.id,)).get(debtor.id, ())
    links = links_of(organisation_id=organisation_id, debtor_id=debtor.id)
    return {
        "here": "debtors",
        "back_href": url_for("desk.debtors.index"),
        "debtor": _about(debtor),
        "may_change": may(current_member(), Role.AGENT),
        "contacts": [rows.contact(contact, debtor_public_id=debtor.public_id) for contact in contacts],
        "links": [rows.link(link, contact=by_id.get(link.contact_point_id or 0), now=now) for link in links],
        "messages": [rows.message(message) for message in messages],
        "events": timeline.events(
            lines_of_debtor(organisation_id=organisation_id, debtor_id=debtor.id),
            type_names=type_names(),
            messages=messages,
        ),
        **_invoices(debtor),
        **_actions(debtor, owed),
        **_sending(debtor, owed, send_form),
        **reminders_page.debtor_context(debtor, reminding),
        **_addresses(debtor),
    }


def send_form(debtor: Debtor, *, sent: bool = False) -> SendLinkForm:
    """Return the form that sends a link, with the contact points that can carry one."""
    usable = usable_contacts_of(organisation_id=current_organisation().id, debtor_id=debtor.id)
    form = SendLinkForm() if sent else SendLinkForm(formdata=None, key=new_key())
    form.contact_point.choices = choices([(contact.public_id, _named(contact)) for contact in usable])
    return form


def found_row(debtor: Debtor) -> dict[str, str]:
    """Return a debtor that a search found."""
    return {
        "href": url_for("desk.debtors.show", public_id=debtor.public_id),
        "name": debtor.name,
        "customer_number": debtor.customer_number,
    }


def _named(contact: UsableContact) -> str:
    return f"{contact.value} ({words.channel(contact.channel)})"


def _row(debtor: Debtor, owed: Sequence[Owed], actions: int) -> dict[str, Any]:
    return {
        "href": url_for("desk.debtors.show", public_id=debtor.public_id),
        "name": debtor.name,
        "customer_number": debtor.customer_number,
        "kind_label": words.debtor_kind(debtor.kind),
        "city": debtor.city,
        "invoices_open": sum(one.invoices for one in owed),
        "amounts": [(one.currency, one.amount) for one in owed] or [(current_organisation().currency, 0)],
        "actions_open": actions,
    }


def _about(debtor: Debtor) -> dict[str, Any]:
    town = " ".join(part for part in (debtor.postcode, debtor.city) if part)
    country = country_name(debtor.country) if debtor.country else ""
    lines = (" ".join(part for part in (debtor.street, debtor.house_number) if part), town, country)
    return {
        "name": debtor.name,
        "customer_number": debtor.customer_number,
        "kind_label": words.debtor_kind(debtor.kind),
        "language_label": words.language_name(debtor.language),
        "salutation": debtor.salutation,
        "legal_form": debtor.legal_form,
        "attention_of": debtor.attention_of,
        "address_lines": [line for line in lines if line],
        "vat_number": debtor.vat_number,
        "register_number": debtor.register_number,
    }


def _invoices(debtor: Debtor) -> Mapping[str, Any]:
    """Return the first invoices of the debtor, how many there are and where all of them stand."""
    organisation = current_organisation()
    of_them = {"organisation_id": organisation.id, "debtor_id": debtor.id}
    today = day_in(clock.now(), organisation.zone)
    return {
        "invoices": rows.invoices(organisation, invoices_of(**of_them), today=today),
        "invoices_total": number_of_invoices_of(**of_them),
        "all_invoices_href": url_for("desk.invoices.index", debtor=debtor.public_id),
    }


def _actions(debtor: Debtor, owed: Sequence[Owed]) -> Mapping[str, Any]:
    """Return the last actions about the debtor, how many there are and where all of them stand."""
    organisation_id = current_organisation().id
    of_them = {"organisation_id": organisation_id, "debtor_id": debtor.id}
    waiting = open_actions_of_each(organisation_id=organisation_id, debtor_ids=(debtor.id,))
    return {
        "sums": _sums(owed, actions=waiting.get(debtor.id, 0)),
        "actions": [rows.action(action) for action in actions_of(**of_them, language=language())],
        "actions_total": number_of_actions(**of_them),
        "open_actions_href": url_for("desk.actions.index", debtor=debtor.public_id),
        "closed_actions_href": url_for("desk.actions.index", view=View.CLOSED.value, debtor=debtor.public_id),
    }


def _sums(owed: Sequence[Owed], *, actions: int) -> list[tuple[str, str, str]]:
    count = sum(one.invoices for one in owed)
    amounts = [money(one.amount, one.currency, language()) for one in owed]
    nothing = money(0, current_organisation().currency, language())
    first = min((one.first_due_on for one in owed), default=None)
    return [
        (
            gettext("Open"),
            " + ".join(amounts) or nothing,
            ngettext("on %(num)s invoice", "on %(num)s invoices", count),
        ),
        (
            gettext("Oldest due date"),
            short_day(first, language()) if first else "–",
            gettext("of what is open"),
        ),
        (gettext("Open actions"), str(actions), gettext("wait for an answer")),
    ]


def _sending(debtor: Debtor, owed: Sequence[Owed], refused: SendLinkForm | None) -> Mapping[str, Any]:
    """Return the form to send a link, or why none can be sent."""
    form = refused or send_form(debtor)
    organisation, now = current_organisation(), clock.now()
    until = end_of(issued_at=now, hours=organisation.link_validity_hours, zone=organisation.zone)
    leaves_at = leaves_unasked_at(organisation=organisation, debtor=debtor, now=now)
    why_not = ""
    if not form.contact_point.choices:
        why_not = gettext("Add an e-mail address or a mobile number first.")
    elif not owed:
        why_not = gettext("This debtor has no open invoice, so there is nothing to show.")
    return {
        "send_form": form,
        "send_url": url_for("desk.links.send", debtor_public_id=debtor.public_id),
        "send_until": until,
        "send_waits_until": leaves_at if leaves_at > now else None,
        "why_no_link": why_not,
    }


def _addresses(debtor: Debtor) -> Mapping[str, str]:
    return {
        "edit_href": url_for("desk.debtors.edit", public_id=debtor.public_id),
        "new_invoice_href": url_for("desk.invoices.new", debtor_public_id=debtor.public_id),
        "new_contact_href": url_for("desk.contacts.new", debtor_public_id=debtor.public_id),
    }
