"""`/settings/organisation`: who the organisation is, how people reach it, and its creditors."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.organisations.changes import SettingsChangedMeanwhile
from core.organisations.creditors import AccountNotConfirmed, change_creditor, enter_creditor
from core.organisations.models import Creditor
from core.organisations.operations import CreditorCodeKnown
from core.organisations.queries import creditor_by_public_id, creditors_of
from core.organisations.queries import organisation as organisation_now
from core.organisations.settings import SettingsRefused
from core.web.confirming import PasswordWrong, confirm
from core.web.guards import allows, current_member, current_organisation
from core.web.typed import asks
from settings.answers import change_organisation, last_saved, overtaken, point_out
from settings.forms.organisation import CreditorForm, ProfileForm, creditor_form, profile_form

blueprint = Blueprint("organisation", __name__, url_prefix="/organisation")


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    """Show the organisation's data and its creditors."""
    return _page(profile_form(current_organisation(), stored=True))


@blueprint.post("")
@allows(Role.ADMINISTRATOR)
@asks(ProfileForm)
def save() -> ResponseReturnValue:
    """Store the data, or say at the fields what cannot be so."""
    organisation = current_organisation()
    form = profile_form(organisation, stored=False)
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        change_organisation(values=form.values(), mark=form.mark.data)
    except SettingsRefused as refusal:
        point_out(form, refusal.errors)
        return _page(form), 422
    except SettingsChangedMeanwhile:
        return overtaken(
            title=gettext("Organisation"),
            theirs=profile_form(organisation_now(organisation_id=organisation.id), stored=True),
            yours=form,
            action=url_for("settings.organisation.save"),
            back=url_for("settings.organisation.show"),
        )
    flash(gettext("Saved. Pages and messages say it like this from now on."), "good")
    return redirect(url_for("settings.organisation.show"), 303)


@blueprint.get("/creditors/new")
@allows(Role.ADMINISTRATOR)
def new_creditor() -> ResponseReturnValue:
    """Show an empty form."""
    return _creditor_page(creditor_form(None), None)


@blueprint.post("/creditors/new")
@allows(Role.ADMINISTRATOR)
@asks(CreditorForm)
def add_creditor() -> ResponseReturnValue:
    """Add a creditor."""
    form = CreditorForm()
    if not form.validate_on_submit():
        return _creditor_page(form, None), 422
    try:
        with transaction.writing():
            enter_creditor(
                organisation_id=current_organisation().id,
                values=form.values(),
                member_id=current_member().id,
                now=clock.now(),
            )
    except (SettingsRefused, CreditorCodeKnown) as refusal:
        return _creditor_refused(form, refusal, None)
    flash(gettext("The creditor was added."), "good")
    return redirect(url_for("settings.organisation.show"), 303)


@blueprint.get("/creditors/<public_id>")
@allows(Role.ADMINISTRATOR)
def creditor(public_id: str) -> ResponseReturnValue:
    """Show a creditor to be changed."""
    found = creditor_by_public_id(organisation_id=current_organisation().id, public_id=public_id)
    return _creditor_page(creditor_form(found), found)


@blueprint.post("/creditors/<public_id>")
@allows(Role.ADMINISTRATOR)
@asks(CreditorForm)
def save_creditor(public_id: str) -> ResponseReturnValue:
    """Change a creditor, its account only with the password; invoices that are there already show it too."""
    organisation_id = current_organisation().id
    found = creditor_by_public_id(organisation_id=organisation_id, public_id=public_id)
    form = CreditorForm()
    if not form.validate_on_submit():
        return _creditor_page(form, found), 422
    try:
        _change(form, public_id)
    except (SettingsRefused, CreditorCodeKnown) as refusal:
        return _creditor_refused(form, refusal, found)
    except (AccountNotConfirmed, PasswordWrong) as refusal:
        point_out(form, {"password": refusal})
        return _creditor_page(form, found), 422
    except SettingsChangedMeanwhile:
        present = creditor_by_public_id(organisation_id=organisation_id, public_id=public_id)
        return overtaken(
            title=present.name,
            theirs=creditor_form(present),
            yours=form,
            action=url_for("settings.organisation.save_creditor", public_id=public_id),
            back=url_for("settings.organisation.creditor", public_id=public_id),
        )
    flash(gettext("The creditor was saved."), "good")
    return redirect(url_for("settings.organisation.show"), 303)


def _change(form: CreditorForm, public_id: str) -> None:
    """Store the creditor; the password is looked at when it is needed, and only then.

    Raises what `change_creditor` and `confirm` raise.
    """
    try:
        _store(form, public_id)
    except AccountNotConfirmed:
        if not form.password.data:
            raise
        confirm(form.password.data)
        _store(form, public_id, is_confirmed=True)


def _store(form: CreditorForm, public_id: str, *, is_confirmed: bool = False) -> None:
    with transaction.writing():
        change_creditor(
            organisation_id=current_organisation().id,
            public_id=public_id,
            values=form.values(),
            mark=form.mark.data or "",
            is_confirmed=is_confirmed,
            member_id=current_member().id,
            now=clock.now(),
        )


def _creditor_refused(
    form: CreditorForm, refusal: SettingsRefused | CreditorCodeKnown, found: Creditor | None
) -> ResponseReturnValue:
    point_out(form, refusal.errors if isinstance(refusal, SettingsRefused) else {"code": refusal})
    return _creditor_page(form, found), 422


def _creditor_page(form: CreditorForm, found: Creditor | None) -> str:
    return render_template(
        "settings/organisation/creditor.html",
        here="organisation",
        form=form,
        name=found.name if found else "",
    )


def _page(form: ProfileForm) -> str:
    organisation = current_organisation()
    return render_template(
        "settings/organisation/show.html",
        here="organisation",
        form=form,
        organisation=organisation,
        creditors=creditors_of(organisation_id=organisation.id),
        last=last_saved(),
    )
