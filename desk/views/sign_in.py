"""Signing in and out."""

import re

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, tenancy, transaction
from core.members import attempts, sessions
from core.members.models import Member, Role
from core.members.queries import member_by_email
from core.web.accounts import is_password_of
from core.web.guards import allows, current_member, open_to_everybody, signed_in
from desk import browsers
from desk.forms.sign_in import SignInForm
from desk.session import member_sessions

blueprint = Blueprint("sign_in", __name__)
# Not "cookies": that would sign people out of everything else under the organisation's domain.
FORGOTTEN = '"cache", "storage"'
OWN_PATH = re.compile(r"/(desk|settings)([/?][^\x00-\x20\\\x7f]*)?")


@blueprint.get("/sign-in")
@open_to_everybody
def show() -> ResponseReturnValue:
    """Show the form, or go on when somebody is signed in already."""
    wanted = own_path(request.args.get("next", ""))
    if g.signed_in:
        return redirect(wanted, 303)
    form = SignInForm()
    form.next.data = wanted
    return _page(form)


@blueprint.post("/sign-in")
@open_to_everybody
def enter() -> ResponseReturnValue:
    """Open a session for who has the right password; say the same words whatever was wrong."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422
    email, address = form.email.data or "", request.remote_addr or ""
    with transaction.writing():
        attempts.count_sign_in(email=email, address=address, now=clock.now())
    member = _who(email)
    if not is_password_of(member, form.password.data or "") or member is None:
        return _wrong(form)
    try:
        return _open_session(member, email=email, address=address, then=own_path(form.next.data or ""))
    except sessions.SignInOvertaken:
        return _wrong(form)


@blueprint.post("/sign-out")
@allows(Role.VIEWER)
def sign_out() -> ResponseReturnValue:
    """End this browser's session on the server, and forget it in the browser."""
    here = signed_in()
    with transaction.writing():
        sessions.end(
            organisation_id=here.organisation.id,
            member_id=current_member().id,
            public_id=here.session.public_id,
            now=clock.now(),
        )
    session.clear()
    response = redirect(url_for("desk.sign_in.show"), 303)
    member_sessions().take_back(response)
    response.headers["Clear-Site-Data"] = FORGOTTEN
    return response


def own_path(wanted: str) -> str:
    """Return the wanted page when it is one of ours, else the desk's first page."""
    return wanted if OWN_PATH.fullmatch(wanted) else url_for("desk.home.show")


def _who(email: str) -> Member | None:
    with tenancy.everywhere(), transaction.reading():
        return member_by_email(email=email)


def _open_session(member: Member, *, email: str, address: str, then: str) -> ResponseReturnValue:
    agent = browsers.name_of(request.user_agent.string)
    with tenancy.scope(member.organisation_id), transaction.writing():
        attempts.forget_sign_in(email=email, address=address)
        secret = sessions.begin(member=member, browser=agent, now=clock.now())
    session.clear()
    response = redirect(then, 303)
    member_sessions().hand_out(response, secret=secret)
    return response


def _wrong(form: SignInForm) -> ResponseReturnValue:
    form.form_errors.append(gettext("This e-mail address and password do not belong together."))
    return _page(form), 422


def _page(form: SignInForm) -> str:
    return render_template("desk/sign_in/sign_in.html", form=form)
