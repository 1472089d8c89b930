"""Links sent by hand and taken back."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.organisations.queries import organisation
from core.refusals import Refusal
from core.web.formats import moment
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import language
from desk import debtor_page
from desk.refusing import at_field
from invoices.queries import debtor_by_id, debtor_by_public_id
from links.models import BY_MEMBER
from links.operations import revoke as take_back
from links.queries import link_by_public_id
from links.sending import ContactNotUsable, NothingOpen, send_link

blueprint = Blueprint("links", __name__)
FIELDS: dict[type[Refusal], str] = {ContactNotUsable: "contact_point", NothingOpen: "contact_point"}


@blueprint.post("/debtors/<debtor_public_id>/links")
@allows(Role.AGENT)
def send(debtor_public_id: str) -> ResponseReturnValue:
    """Send the debtor a link to the contact point that was chosen."""
    organisation_id, now = current_organisation().id, clock.now()
    debtor = debtor_by_public_id(organisation_id=organisation_id, public_id=debtor_public_id)
    form, status = debtor_page.send_form(debtor, sent=True), 422
    if form.validate_on_submit():
        try:
            with transaction.writing():
                message = send_link(
                    organisation=organisation(organisation_id=organisation_id),
                    debtor=debtor,
                    contact_public_id=form.contact_point.data or "",
                    submission_key=form.key.data or "",
                    was_asked_for=form.was_asked_for.data,
                    member_id=current_member().id,
                    now=now,
                )
                leaves_at = message.not_before
        except Refusal as refusal:
            status = at_field(form, refusal, FIELDS)
        else:
            flash(_sent(leaves_at, now), "good")
            return redirect(url_for("desk.debtors.show", public_id=debtor_public_id), 303)
    context = debtor_page.context(
        debtor_by_public_id(organisation_id=organisation_id, public_id=debtor_public_id), send_form=form
    )
    return render_template("desk/debtors/show.html", **context), status


def _sent(leaves_at: datetime, now: datetime) -> str:
    if leaves_at <= now:
        return str(gettext("The link is on its way."))
    at = moment(leaves_at, language(), current_organisation().zone)
    return str(gettext("The link leaves on %(moment)s, when this debtor may be written to.", moment=at))


@blueprint.post("/links/<public_id>/revoke")
@allows(Role.AGENT)
def revoke(public_id: str) -> ResponseReturnValue:
    """Take a link back: it and the visits through it end at once."""
    organisation_id = current_organisation().id
    with transaction.writing():
        link = link_by_public_id(organisation_id=organisation_id, public_id=public_id)
        take_back(link=link, reason=BY_MEMBER, now=clock.now(), member_id=current_member().id)
        debtor = debtor_by_id(organisation_id=organisation_id, debtor_id=link.debtor_id)
    flash(gettext("The link no longer works."), "good")
    return redirect(url_for("desk.debtors.show", public_id=debtor.public_id), 303)
