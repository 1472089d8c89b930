"""`/settings/organisation/sms`: how many SMS may leave a day, and to which countries."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock
from core.members.models import Role
from core.organisations.changes import SettingsChangedMeanwhile
from core.organisations.queries import organisation as organisation_now
from core.organisations.settings import MOST_SMS_A_DAY, SettingsRefused
from core.web.guards import allows, current_organisation
from core.web.languages import country_name
from core.web.typed import asks
from messaging.sms_limits import countries_of, handed_today
from settings.answers import change_organisation, last_saved, overtaken, point_out
from settings.forms.organisation import SmsForm, sms_form
from settings.words import country_choices, country_names

blueprint = Blueprint("sms", __name__, url_prefix="/organisation/sms")


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    """Show the limits, and how much of today's number is used."""
    return _page(sms_form(current_organisation(), stored=True))


@blueprint.post("")
@allows(Role.ADMINISTRATOR)
@asks(SmsForm)
def save() -> ResponseReturnValue:
    """Store the limits, or say at the fields what cannot be so."""
    organisation = current_organisation()
    form = sms_form(organisation, stored=False)
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        change_organisation(values=form.values(), mark=form.mark.data)
    except SettingsRefused as refusal:
        point_out(form, refusal.errors)
        return _page(form), 422
    except SettingsChangedMeanwhile:
        return overtaken(
            title=gettext("SMS"),
            theirs=sms_form(organisation_now(organisation_id=organisation.id), stored=True),
            yours=form,
            action=url_for("settings.sms.save"),
            back=url_for("settings.sms.show"),
        )
    flash(gettext("Saved. It counts for every SMS that leaves from now on."), "good")
    return redirect(url_for("settings.sms.show"), 303)


def _page(form: SmsForm) -> str:
    organisation = current_organisation()
    handed = handed_today(organisation=organisation, now=clock.now())
    return render_template(
        "settings/sms/show.html",
        here="organisation",
        form=form,
        organisation=organisation,
        last=last_saved(),
        most=MOST_SMS_A_DAY,
        handed=handed,
        left=max(0, organisation.sms_per_day - handed),
        own_country=country_name(organisation.country),
        countries=country_names(countries_of(organisation)),
        choices=country_choices(),
    )
