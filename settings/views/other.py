"""The tab *Other* of the web settings: what counts for the organisation as a whole."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, gettext

from core import clock, transaction
from core.members.models import Role
from core.organisations import operations
from core.organisations.changes import SettingsChangedMeanwhile
from core.organisations.logos import MOST_BYTES, LogoMissing, LogoTooLarge, LogoUnreadable
from core.organisations.queries import organisation as organisation_now
from core.organisations.settings import SettingsRefused, checked
from core.theme import theme_of
from core.web.bodies import takes_up_to
from core.web.guards import allows, current_member, current_organisation
from core.web.rail import logo_url_of
from core.web.typed import asks
from links.validity import end_of
from settings import web_page
from settings.answers import change_organisation, overtaken, point_out
from settings.forms.organisation import LogoForm, OtherForm, other_form
from settings.words import language_name

blueprint = Blueprint("other", __name__, url_prefix="/web/<public_id>/other")
# What a browser adds around the file.
AROUND_A_FILE = 16 * 1024
PLACES = {"link_validity_hours": "number", "accent": "accent"}


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def show(public_id: str) -> ResponseReturnValue:
    """Show link validity and look."""
    return _page(public_id, other_form(current_organisation(), stored=True))


@blueprint.post("")
@allows(Role.ADMINISTRATOR)
@asks(OtherForm)
def save(public_id: str) -> ResponseReturnValue:
    """Store them, or show first what they would mean."""
    form = other_form(current_organisation(), stored=False)
    if not form.validate_on_submit():
        return _page(public_id, form), 422
    try:
        if request.form.get("step") == "preview":
            checked(form.values())
            return _page(public_id, form)
        change_organisation(values=form.values(), mark=form.mark.data)
    except SettingsRefused as refusal:
        point_out(form, {PLACES[name]: error for name, error in refusal.errors.items()})
        return _page(public_id, form), 422
    except SettingsChangedMeanwhile:
        return _overtaken(public_id, form)
    flash(gettext("Saved. Links that were sent already keep their own date."), "good")
    return redirect(url_for("settings.other.show", public_id=public_id), 303)


@blueprint.post("/logo")
@allows(Role.ADMINISTRATOR)
@takes_up_to(MOST_BYTES + AROUND_A_FILE)
def save_logo(public_id: str) -> ResponseReturnValue:
    """Show another logo on the debtor's pages."""
    form = LogoForm()
    if not form.validate_on_submit():
        return _page(public_id, other_form(current_organisation(), stored=True), form), 422
    sent = form.picture.data
    try:
        _change_logo(sent.read(MOST_BYTES + 1) if sent else b"")
    except (LogoMissing, LogoTooLarge, LogoUnreadable) as refusal:
        point_out(form, {"picture": refusal})
        return _page(public_id, other_form(current_organisation(), stored=True), form), 422
    flash(gettext("Saved. The logo is on the debtor's pages now."), "good")
    return redirect(url_for("settings.other.show", public_id=public_id), 303)


@blueprint.post("/logo/remove")
@allows(Role.ADMINISTRATOR)
def remove_logo(public_id: str) -> ResponseReturnValue:
    """Show no logo any more."""
    _change_logo(None)
    flash(gettext("The logo was removed."))
    return redirect(url_for("settings.other.show", public_id=public_id), 303)


def _change_logo(data: bytes | None) -> None:
    with transaction.writing():
        operations.change_logo(
            organisation_id=current_organisation().id,
            data=data,
            member_id=current_member().id,
            now=clock.now(),
        )


def _page(public_id: str, form: OtherForm, logo_form: LogoForm | None = None) -> str:
    """Show the tab; what was typed and is right counts for what the page says about it."""
    organisation = current_organisation()
    hours, accent = organisation.link_validity_hours, organisation.accent
    if not form.errors and form.is_submitted():
        good = checked(form.values())
        hours, accent = good["link_validity_hours"], good["accent"]
    return web_page.show(
        "other",
        web_page.chosen(public_id),
        form=form,
        logo_form=logo_form or LogoForm(formdata=None),
        logo_url=logo_url_of(organisation),
        works_until=end_of(issued_at=clock.now(), hours=hours, zone=organisation.zone),
        theme=theme_of(accent),
        contrast=format_decimal(theme_of(accent).contrast),
        accent=accent,
        language_name=language_name(organisation.language),
    )


def _overtaken(public_id: str, form: OtherForm) -> ResponseReturnValue:
    present = organisation_now(organisation_id=current_organisation().id)
    return overtaken(
        title=gettext("Other"),
        theirs=other_form(present, stored=True),
        yours=form,
        action=url_for("settings.other.save", public_id=public_id),
        back=url_for("settings.other.show", public_id=public_id),
    )
