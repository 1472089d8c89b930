"""`/settings/members`: who works here, what they may do, and whether they may still come in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from core import clock, transaction
from core.members import attempts, operations
from core.members.models import Member, Role
from core.members.operations import EmailAlreadyKnown, EmailNotValid, LastAdministrator, NotYourself
from core.members.queries import member_by_public_id, members_of, sessions_of
from core.web.accounts import WITHIN, LinkKind
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import language, sentence_of
from core.web.typed import asks
from messaging.member_mail import queue_invitation
from reactions.operations.actions import MemberUnknown as SuccessorUnknown
from reactions.operations.handing_over import hand_over
from reactions.queries.beside import open_actions_with
from reactions.queries.reaction_types import types_of
from settings.answers import point_out
from settings.forms.members import InvitationForm, LeavingForm, RoleForm, invitation_form, leaving_form

blueprint = Blueprint("members", __name__, url_prefix="/members")


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """List the members."""
    members = members_of(organisation_id=current_organisation().id)
    return render_template("settings/members/list.html", here="members", members=members)


@blueprint.get("/invite")
@allows(Role.ADMINISTRATOR)
def invitation() -> ResponseReturnValue:
    """Show the form to invite somebody."""
    return _invitation_page(invitation_form(current_member().language))


@blueprint.post("/invite")
@allows(Role.ADMINISTRATOR)
@asks(InvitationForm)
def invite() -> ResponseReturnValue:
    """Add a member and send them a link to choose a password."""
    form = invitation_form(current_member().language)
    if not form.validate_on_submit():
        return _invitation_page(form), 422
    with transaction.writing():
        attempts.count_invitation(organisation_id=current_organisation().id, now=clock.now())
    try:
        member = _invite(form)
    except (EmailNotValid, EmailAlreadyKnown) as refusal:
        _note_in_vain(refusal)
        point_out(form, {"email": refusal})
        return _invitation_page(form), 422
    flash(gettext("%(name)s gets an e-mail with a link to choose a password.", name=member.name), "good")
    return redirect(url_for("settings.members.index"), 303)


@blueprint.get("/<public_id>")
@allows(Role.ADMINISTRATOR)
def show(public_id: str) -> ResponseReturnValue:
    """Show one member."""
    member = _member(public_id)
    return _page(member, RoleForm(formdata=None, role=member.role.value))


@blueprint.post("/<public_id>/role")
@allows(Role.ADMINISTRATOR)
def change_role(public_id: str) -> ResponseReturnValue:
    """Let the member do more or less."""
    member, form = _member(public_id), RoleForm()
    if not form.validate_on_submit():
        return _page(member, form), 422
    try:
        _carry_out(operations.change_role, public_id, role=Role(form.role.data))
    except LastAdministrator as refusal:
        point_out(form, {"role": refusal})
        return _page(member, form), 409
    flash(gettext("Saved. It counts from their next page on."), "good")
    return redirect(url_for("settings.members.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/disable")
@allows(Role.ADMINISTRATOR)
def disable(public_id: str) -> ResponseReturnValue:
    """Keep the member out, and give their open actions to somebody else."""
    member = _member(public_id)
    role, leaving = RoleForm(formdata=None, role=member.role.value), _leaving_form(member, sent=True)
    if not leaving.validate_on_submit():
        return _page(member, role, leaving), 422
    try:
        handed = _shut_out(member, leaving.successor.data)
    except (LastAdministrator, NotYourself, SuccessorUnknown) as refusal:
        role.form_errors.append(sentence_of(refusal))
        return _page(_member(public_id), role, leaving), 409
    flash(gettext("%(name)s can no longer sign in.", name=member.name), "good")
    if handed:
        flash(
            ngettext("%(num)s open action was handed over.", "%(num)s open actions were handed over.", handed)
        )
    return redirect(url_for("settings.members.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/enable")
@allows(Role.ADMINISTRATOR)
def enable(public_id: str) -> ResponseReturnValue:
    """Let the member in again."""
    _carry_out(operations.enable, public_id)
    flash(gettext("%(name)s can sign in again.", name=_member(public_id).name), "good")
    return redirect(url_for("settings.members.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/sign-out")
@allows(Role.ADMINISTRATOR)
def end_sessions(public_id: str) -> ResponseReturnValue:
    """Sign the member out of every browser."""
    _carry_out(operations.end_sessions, public_id)
    flash(gettext("%(name)s is signed out everywhere.", name=_member(public_id).name), "good")
    return redirect(url_for("settings.members.show", public_id=public_id), 303)


@blueprint.post("/<public_id>/invite-again")
@allows(Role.ADMINISTRATOR)
def invite_again(public_id: str) -> ResponseReturnValue:
    """Send another link to somebody who has not chosen a password yet."""
    member = _member(public_id)
    if member.password is None and member.active:
        with transaction.writing():
            _send_invitation(_member(public_id), clock.now())
        flash(gettext("%(name)s gets an e-mail with a link to choose a password.", name=member.name), "good")
    return redirect(url_for("settings.members.show", public_id=public_id), 303)


def _shut_out(member: Member, successor: str) -> int:
    """Return how many open actions were handed over."""
    where, now = {"organisation_id": member.organisation_id}, clock.now()
    member_id, by = member.id, current_member().id
    with transaction.writing():
        operations.disable(**where, public_id=member.public_id, by=by, now=now)
        return hand_over(**where, member_id=member_id, assignee_public_id=successor, by=by, now=now)


def _leaving_form(member: Member, *, sent: bool = False) -> LeavingForm:
    return leaving_form(member, members_of(organisation_id=member.organisation_id), sent=sent)


def _invite(form: InvitationForm) -> Member:
    """Add the member and queue the invitation. Raises EmailNotValid and EmailAlreadyKnown."""
    owner = current_organisation()
    with transaction.writing():
        member = operations.invite(
            organisation_id=owner.id,
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
            language=form.language.data,
            by=current_member().id,
            now=clock.now(),
        )
        attempts.give_back_invitation(organisation_id=owner.id)
        _send_invitation(member, clock.now())
    return member


def _note_in_vain(refusal: EmailNotValid | EmailAlreadyKnown) -> None:
    owner, by = current_organisation(), current_member()
    with transaction.writing():
        if isinstance(refusal, EmailAlreadyKnown):
            operations.note_refused_invitation(organisation_id=owner.id, by=by.id, now=clock.now())
        else:
            attempts.give_back_invitation(organisation_id=owner.id)


def _carry_out(operation: Callable[..., Any], public_id: str, **values: Any) -> None:
    with transaction.writing():
        operation(
            organisation_id=current_organisation().id,
            public_id=public_id,
            by=current_member().id,
            now=clock.now(),
            **values,
        )


def _member(public_id: str) -> Member:
    return member_by_public_id(organisation_id=current_organisation().id, public_id=public_id)


def _send_invitation(member: Member, now: datetime) -> None:
    queue_invitation(
        member=member,
        valid_until=now + WITHIN[LinkKind.INVITATION],
        invited_by=current_member().name,
        now=now,
    )


def _invitation_page(form: InvitationForm) -> str:
    return render_template("settings/members/invite.html", here="members", form=form)


def _page(member: Member, form: RoleForm, leaving: LeavingForm | None = None) -> str:
    of_it = {"organisation_id": member.organisation_id, "member_id": member.id}
    types = types_of(organisation_id=member.organisation_id, language=language())
    return render_template(
        "settings/members/show.html",
        here="members",
        member=member,
        form=form,
        leaving=leaving or _leaving_form(member),
        open_actions=open_actions_with(**of_it),
        starts_with=[one.name for one in types if one.assignee_id == member.id],
        sessions=sessions_of(**of_it, now=clock.now()),
        is_me=member.id == current_member().id,
    )
