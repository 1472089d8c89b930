"""`/desk/actions`: the inbox and one action. A colleague who was faster is never overwritten silently."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.members.queries import members_of
from core.refusals import Refusal
from core.web.guards import allows, current_member, current_organisation, may
from core.web.languages import language, sentence_of
from core.web.typed import asks
from desk import action_page, answer_words, inbox_page, overtaken
from desk.forms.actions import AssignForm, ChangeForm, CloseForm, NoteForm, TakeForm
from desk.forms.fields import choices
from desk.refusing import at_field
from reactions.forwarding.queueing import NotForwardable, send_again
from reactions.models import Action
from reactions.operations import actions as operations
from reactions.operations import exempting, promising
from reactions.operations.holding import ActionOvertaken
from reactions.queries.actions import ActionPage
from reactions.queries.actions import action_page as page_of

blueprint = Blueprint("actions", __name__, url_prefix="/actions")
FIELDS: dict[type[Refusal], str] = {
    operations.MemberUnknown: "assignee",
    operations.ActionTypeUnknown: "reaction_type",
    operations.ReasonUnknown: "decision",
    operations.NoteEmpty: "note",
    operations.PartNotPositive: "amount",
    exempting.PartAboveOpen: "amount",
    exempting.PartOfSeveralCurrencies: "amount",
    promising.PromiseDayMissing: "promised_on",
    promising.PromiseDayOutOfRange: "promised_on",
}


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the inbox, with one action beside it when `?action=` names one."""
    context = inbox_page.context()
    picked = request.args.get("action")
    if picked:
        found = action_page.neighbours(picked)
        context["chosen"] = action_page.shown(_page(picked)) | {
            "list_href": inbox_page.list_href(),
            "previous_href": _beside(found["previous"]),
            "next_href": _beside(found["next"]),
        }
    return render_template("desk/actions/inbox.html", **{"chosen": None} | context)


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show one action, with a form for a note."""
    page = _page(public_id)
    return _show(page, "", _note_form(page))


@blueprint.get("/<public_id>/change")
@allows(Role.AGENT)
def show_change(public_id: str) -> ResponseReturnValue:
    """Show the action with the form that changes it."""
    page = _page(public_id)
    return _show(page, "change", _change_form(page))


@blueprint.get("/<public_id>/close")
@allows(Role.AGENT)
def show_close(public_id: str) -> ResponseReturnValue:
    """Show the action with the form that answers and closes it."""
    page = _page(public_id)
    return _show(page, "close", CloseForm(version=page.action.version))


@blueprint.post("/<public_id>/note")
@allows(Role.AGENT)
@asks(NoteForm)
def note(public_id: str) -> ResponseReturnValue:
    """Add a note."""
    form = NoteForm()
    if not form.validate_on_submit():
        return _show(_page(public_id), "", form), 422
    work = partial(operations.note, text=form.note.data or "")
    return _done(public_id, "", form, work, gettext("The note was added."))


@blueprint.post("/<public_id>/assign")
@allows(Role.AGENT)
def assign(public_id: str) -> ResponseReturnValue:
    """Give the action to a colleague, or to nobody."""
    form = _assign_form()
    if not form.validate_on_submit():
        return _show(_page(public_id), "", form), 422
    work = partial(operations.assign, assignee_public_id=form.assignee.data or None)
    return _done(public_id, "", form, work, gettext("The action was assigned."))


@blueprint.post("/<public_id>/take")
@allows(Role.AGENT)
def take(public_id: str) -> ResponseReturnValue:
    """Assign the action to oneself."""
    form = TakeForm()
    if not form.validate_on_submit():
        return _show(_page(public_id), "", form), 422
    work = partial(operations.assign, assignee_public_id=current_member().public_id)
    return _done(public_id, "", form, work, gettext("The action is yours."))


@blueprint.post("/<public_id>/change")
@allows(Role.AGENT)
@asks(ChangeForm)
def change(public_id: str) -> ResponseReturnValue:
    """Change type, exemption, part, promised day or review day."""
    page = _page(public_id)
    form = _change_form(page, sent=True)
    if not form.validate_on_submit():
        return _show(page, "change", form), 422
    work = partial(
        operations.change,
        type_key=form.reaction_type.data,
        exempts=form.is_exempt.data,
        amount_disputed=form.amount.data,
        promised_on=form.promised_on.data if "promised_on" in form else None,
        review_on=form.review_on.data,
        note=form.note.data or "",
    )
    return _done(public_id, "change", form, work, gettext("The action was changed."))


@blueprint.post("/<public_id>/close")
@allows(Role.AGENT)
@asks(CloseForm)
def close(public_id: str) -> ResponseReturnValue:
    """Close the action with an answer for the debtor, and go back to the list."""
    form = CloseForm()
    if not form.validate_on_submit():
        return _show(_page(public_id), "close", form), 422
    work = partial(
        operations.close,
        reason=form.decision.data,
        answer=form.answer.data or "",
        note=form.note.data or "",
    )
    return _done(public_id, "close", form, work, _closed, then=inbox_page.list_href())


@blueprint.post("/<public_id>/forward")
@allows(Role.AGENT)
def forward(public_id: str) -> ResponseReturnValue:
    """Have the reaction sent to the organisation's own system again."""
    page = _page(public_id)
    try:
        with transaction.writing():
            send_again(
                organisation_id=current_organisation().id,
                action=page.action,
                member_id=current_member().id,
                now=clock.now(),
            )
    except NotForwardable as refusal:
        flash(sentence_of(refusal))
    else:
        flash(gettext("The reaction is sent to your own system again."), "good")
    return redirect(url_for("desk.actions.show", public_id=public_id, **inbox_page.kept()), 303)


def _done(
    public_id: str,
    doing: str,
    form: Any,
    work: Callable[..., Any],
    said: str | Callable[[Action], str],
    *,
    then: str = "",
) -> ResponseReturnValue:
    """Do the work and say so; or show the page again with what was typed, or both versions.

    What is said may depend on the action as it is after the work.
    """
    try:
        with transaction.writing():
            done = work(
                organisation_id=current_organisation().id,
                action_public_id=public_id,
                version=form.version.data,
                member_id=current_member().id,
                now=clock.now(),
            )
            words = said if isinstance(said, str) else said(done)
    except ActionOvertaken as refusal:
        return overtaken.answer(_page(public_id), refusal)
    except Refusal as refusal:
        status = at_field(form, refusal, FIELDS)
        return _show(_page(public_id), doing, form), status
    flash(words, "good")
    return redirect(then or url_for("desk.actions.show", public_id=public_id, **inbox_page.kept()), 303)


def _closed(action: Action) -> str:
    return f"{gettext('The action was closed.')} {answer_words.went(action)}"


def _page(public_id: str) -> ActionPage:
    return page_of(organisation_id=current_organisation().id, action_public_id=public_id, language=language())


def _show(page: ActionPage, doing: str, form: Any) -> str:
    action = action_page.shown(page)
    may_change = action["may_change"]
    assigning = form if isinstance(form, AssignForm) else _assign_form(page)
    noting = _note_form(page) if isinstance(form, AssignForm | TakeForm) else form
    giving = form if isinstance(form, TakeForm) else assigning
    where = {"public_id": page.action.public_id, **inbox_page.kept()}
    return render_template(
        "desk/actions/show.html",
        here=f"inbox.{inbox_page.wanted().view}",
        doing=doing if may_change else "",
        form=noting if may_change else None,
        form_url=url_for(f"desk.actions.{doing or 'note'}", **where),
        assign_form=assigning,
        giving=giving,
        assign_url=url_for("desk.actions.assign", **where),
        answer_goes=answer_words.goes(page.action) if doing == "close" else "",
        back_href=inbox_page.list_href(),
        back_label=inbox_page.title(),
        action=action | action_page.neighbours(page.action.public_id),
    )


def _beside(public_id: str) -> str:
    return url_for("desk.actions.index", action=public_id, **inbox_page.kept()) if public_id else ""


def _note_form(page: ActionPage) -> NoteForm:
    return NoteForm(formdata=None, version=page.action.version)


def _assign_form(page: ActionPage | None = None) -> AssignForm:
    """Return the form with everybody who may work on actions; with a page it shows who does."""
    people = [
        (one.public_id, one.name)
        for one in members_of(organisation_id=current_organisation().id)
        if one.active and may(one, Role.AGENT)
    ]
    given = {"version": page.action.version} if page else {}
    form = AssignForm(formdata=None, **given) if page else AssignForm()
    form.assignee.choices = choices([("", gettext("Nobody")), *people])
    if page:
        form.assignee.data = page.assignee.public_id if page.assignee else ""
    return form


def _change_form(page: ActionPage, *, sent: bool = False) -> ChangeForm:
    action = page.action
    values = {
        "version": action.version,
        "reaction_type": page.type_key,
        "is_exempt": action.exempts,
        "amount": action.amount_disputed,
        "promised_on": action.promised_on,
        "review_on": action.review_on,
    }
    form = ChangeForm() if sent else ChangeForm(formdata=None, data=values)
    form.amount.currency = action_page.currency_of(page)
    form.reaction_type.choices = choices(list(action_page.type_names().items()))
    last = action_page.last_promise(form.reaction_type.data, page.type_key)
    if last is None:
        del form.promised_on
    else:
        form.promised_on.description = gettext(
            "At the latest on %(day)s. The debtor reads the new day.", day=last
        )
    return form
