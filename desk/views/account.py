"""A member's own account: language, password, and the browsers they are signed in with."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members import operations, sessions
from core.members.models import Role
from core.members.queries import sessions_of
from core.refusals import Refusal
from core.web.accounts import hash_of_new_password
from core.web.confirming import PasswordWrong, confirm
from core.web.guards import allows, current_member, current_organisation, signed_in
from core.web.languages import sentence_of, speak
from desk.forms.sign_in import ChangePasswordForm, LanguageForm

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@allows(Role.VIEWER)
def show() -> ResponseReturnValue:
    """Show the account."""
    return _page()


@blueprint.post("/language")
@allows(Role.VIEWER)
def change_language() -> ResponseReturnValue:
    """Speak another language from the next page on."""
    form = LanguageForm()
    if not form.validate_on_submit():
        return _page(language_form=form), 422
    member = current_member()
    with transaction.writing():
        operations.speak(
            organisation_id=member.organisation_id, public_id=member.public_id, language=form.language.data
        )
    speak(form.language.data)
    flash(gettext("The desk now speaks your language."))
    return redirect(url_for("desk.account.show"), 303)


@blueprint.post("/password")
@allows(Role.VIEWER)
def change_password() -> ResponseReturnValue:
    """Store a new password when the present one is right; every other browser is signed out."""
    form = ChangePasswordForm()
    if not (form.validate_on_submit() and _is_right(form)):
        return _page(password_form=form), 422
    member, organisation = current_member(), current_organisation()
    try:
        stored = hash_of_new_password(member, form.password.data or "", organisation_name=organisation.name)
    except Refusal as refusal:
        form.password.errors = [sentence_of(refusal)]
        return _page(password_form=form), 422
    try:
        _store(stored)
    except operations.PasswordChangedMeanwhile:
        form.current.errors = [sentence_of(PasswordWrong())]
        return _page(password_form=form), 422
    flash(gettext("Your password was changed. Your other browsers are signed out."))
    return redirect(url_for("desk.account.show"), 303)


@blueprint.post("/sessions/<public_id>/end")
@allows(Role.VIEWER)
def end_session(public_id: str) -> ResponseReturnValue:
    """Sign one of the member's own browsers out."""
    member = current_member()
    with transaction.writing():
        sessions.end(
            organisation_id=member.organisation_id,
            member_id=member.id,
            public_id=public_id,
            now=clock.now(),
        )
    flash(gettext("That browser is signed out."))
    return redirect(url_for("desk.account.show"), 303)


def _store(password_hash: str) -> None:
    """Store it unless another one was chosen since this one's predecessor was looked at."""
    member = current_member()
    with transaction.writing():
        operations.set_password(
            organisation_id=member.organisation_id,
            public_id=member.public_id,
            password_hash=password_hash,
            kept_session_id=signed_in().session.id,
            expected_uniquifier=member.fs_uniquifier,
            now=clock.now(),
        )


def _is_right(form: ChangePasswordForm) -> bool:
    """Check the present password."""
    try:
        confirm(form.current.data or "")
    except PasswordWrong as refusal:
        form.current.errors = [sentence_of(refusal)]
        return False
    return True


def _page(
    *, language_form: LanguageForm | None = None, password_form: ChangePasswordForm | None = None
) -> str:
    member = current_member()
    return render_template(
        "desk/account/show.html",
        member=member,
        language_form=language_form or LanguageForm(formdata=None, language=member.language),
        password_form=password_form or ChangePasswordForm(formdata=None),
        sessions=sessions_of(organisation_id=member.organisation_id, member_id=member.id, now=clock.now()),
        this_session=signed_in().session,
    )
