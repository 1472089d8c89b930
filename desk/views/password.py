"""Choosing a password with a link: one that was asked for, or the one of an invitation."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, tenancy, transaction
from core.members import attempts, operations, password_requests
from core.members.models import Member
from core.organisations.queries import organisation
from core.refusals import Refusal
from core.web.accounts import LinkKind, hash_of_new_password, member_behind
from core.web.guards import open_to_everybody
from core.web.languages import sentence_of, speak
from desk.forms.sign_in import ForgottenPasswordForm, NewPasswordForm

blueprint = Blueprint("password", __name__)


@blueprint.get("/forgotten-password")
@open_to_everybody
def forgotten() -> ResponseReturnValue:
    """Ask for the e-mail address."""
    return render_template("desk/sign_in/forgot.html", form=ForgottenPasswordForm())


@blueprint.post("/forgotten-password")
@open_to_everybody
def send_link() -> ResponseReturnValue:
    """Have a link sent to the address if it belongs to a member: a worker looks, so nobody times it."""
    form = ForgottenPasswordForm()
    if not form.validate_on_submit():
        return render_template("desk/sign_in/forgot.html", form=form), 422
    now, email = clock.now(), form.email.data or ""
    with transaction.writing():
        attempts.count_mail(email=email, address=request.remote_addr or "", now=now)
    with transaction.writing():
        password_requests.ask(email=email, now=now)
    return redirect(url_for("desk.password.sent"), 303)


@blueprint.get("/forgotten-password/sent")
@open_to_everybody
def sent() -> ResponseReturnValue:
    """Say that a message is on its way if the address is known."""
    return render_template("desk/sign_in/sent.html")


@blueprint.get("/reset-password/<token>", defaults={"kind": LinkKind.RESET})
@blueprint.get("/invitation/<token>", defaults={"kind": LinkKind.INVITATION})
@open_to_everybody
def choose(token: str, kind: LinkKind) -> ResponseReturnValue:
    """Show the form to whoever holds a link that works; opening it changes nothing."""
    with transaction.reading():
        member = member_behind(token, kind, now=clock.now())
    return _page(NewPasswordForm(), member)


@blueprint.post("/reset-password/<token>", defaults={"kind": LinkKind.RESET})
@blueprint.post("/invitation/<token>", defaults={"kind": LinkKind.INVITATION})
@open_to_everybody
def save(token: str, kind: LinkKind) -> ResponseReturnValue:
    """Store the new password: the link no longer works, and every browser is signed out."""
    with tenancy.everywhere(), transaction.reading():
        member = member_behind(token, kind, now=clock.now())
        owner = organisation(organisation_id=member.organisation_id)
    form = NewPasswordForm()
    speak(member.language)
    if not form.validate_on_submit():
        return _page(form, member), 422
    try:
        stored = hash_of_new_password(member, form.password.data or "", organisation_name=owner.name)
    except Refusal as refusal:
        form.password.errors = [sentence_of(refusal)]
        return _page(form, member), 422
    _store(token, kind, stored)
    flash(gettext("Your password was saved. You can sign in with it now."))
    return redirect(url_for("desk.sign_in.show"), 303)


def _store(token: str, kind: LinkKind, password_hash: str) -> None:
    """Look at the link again inside the transaction: of two at once, one finds it used."""
    with tenancy.everywhere(), transaction.writing():
        member = member_behind(token, kind, now=clock.now())
        attempts.forget_sign_in(email=member.email, address=request.remote_addr or "")
        operations.set_password(
            organisation_id=member.organisation_id,
            public_id=member.public_id,
            password_hash=password_hash,
            expected_uniquifier=member.fs_uniquifier,
            now=clock.now(),
        )


def _page(form: NewPasswordForm, member: Member) -> str:
    speak(member.language)
    return render_template("desk/sign_in/reset.html", form=form, member=member)
