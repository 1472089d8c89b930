"""`/desk/messages`: what went out to whom, and what became of it."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.refusals import Refusal
from core.web import headers
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from desk import lists, message_lists, message_page, payment_data, words
from desk.forms.messages import ARRIVED, ElsewhereForm, SeenForm, SettleForm
from dunning import elsewhere
from links.sending_again import send_again as send_message_again
from messaging import operations, queries, senders
from messaging.copies import MailCopy, copy_of
from messaging.models import Message, MessageState
from messaging.rendering import HIDDEN_LINK

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
# Words of the filter, and the states behind each.
GROUPS: dict[str, frozenset[MessageState]] = {
    "waiting": frozenset({MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING}),
    "sent": frozenset({MessageState.SENT, MessageState.DELIVERED}),
    message_lists.DOUBTFUL: frozenset({MessageState.UNKNOWN}),
    message_lists.FAILED: frozenset({MessageState.FAILED, MessageState.BOUNCED}),
    "kept_back": frozenset({MessageState.SUPPRESSED, MessageState.EXPIRED}),
}
IN_TROUBLE = (message_lists.DOUBTFUL, message_lists.FAILED)


@blueprint.get("")
@allows(Role.VIEWER)
def index() -> ResponseReturnValue:
    """Show the messages, newest first."""
    organisation_id, page = current_organisation().id, lists.page_number()
    kept = lists.kept("state")
    group = kept.get("state", "")
    found, total = queries.messages_found(
        organisation_id=organisation_id,
        states=GROUPS.get(group, frozenset()),
        in_trouble=group in IN_TROUBLE,
        text=lists.searched(),
        page=page,
    )
    return render_template(
        "desk/messages/list.html",
        here=f"messages.{group}" if group in IN_TROUBLE else "messages",
        advice=_advice(group),
        total=total,
        filters=[lists.filter_by("state", gettext("State"), _groups(), _counts(organisation_id))],
        search=lists.searched(),
        kept=kept,
        rows=[message_page.row(row) for row in found],
        alarms=[*payment_data.alarms(), *(words.alarm(one) for one in senders.alarms(now=clock.now()))],
        pages=lists.pages(total=total, page=page, size=queries.SIZE),
        is_filtered=bool(lists.kept("state", "q")),
        clear_href=url_for("desk.messages.index"),
    )


@blueprint.get("/undeliverable")
@allows(Role.VIEWER)
def undeliverable() -> ResponseReturnValue:
    """Show addresses and numbers that cannot be used, of debtors who still owe."""
    return render_template("desk/messages/undeliverable.html", **message_lists.undeliverable_context())


@blueprint.get("/<public_id>")
@allows(Role.VIEWER)
def show(public_id: str) -> ResponseReturnValue:
    """Show the whole life of one message."""
    return _show(public_id)


@blueprint.get("/<public_id>/mail")
@allows(Role.VIEWER)
def mail(public_id: str) -> ResponseReturnValue:
    """Show an e-mail as its recipient sees it, without the key of its link: nothing in it leads anywhere."""
    html = _copy(public_id).html.replace(f' href="{HIDDEN_LINK}"', "")
    return html, 200, {headers.POLICY: headers.OF_MAIL}


@blueprint.get("/<public_id>/mail.eml")
@allows(Role.VIEWER)
def mail_file(public_id: str) -> ResponseReturnValue:
    """Send the whole e-mail as it left, without the key of its link."""
    name = f"message-{public_id}.eml"
    return (
        _copy(public_id).mail,
        200,
        {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": "message/rfc822"},
    )


@blueprint.post("/<public_id>/send-again")
@allows(Role.AGENT)
def send_again(public_id: str) -> ResponseReturnValue:
    """Put a message that failed, or of which nobody knows, back in the queue."""
    sent = partial(send_message_again, organisation=current_organisation())
    return _decided(public_id, SeenForm(), sent, gettext("The message is on its way again."))


@blueprint.post("/<public_id>/settle")
@allows(Role.AGENT)
def settle(public_id: str) -> ResponseReturnValue:
    """Keep what somebody found out about a doubtful message."""
    form = SettleForm()
    settled = partial(operations.settle_doubtful, as_sent=form.arrived.data == ARRIVED)
    return _decided(public_id, form, settled, gettext("What became of the message is stored."))


@blueprint.post("/<public_id>/send-elsewhere")
@allows(Role.AGENT)
def send_elsewhere(public_id: str) -> ResponseReturnValue:
    """Send the message to another address or number of the debtor."""
    form = ElsewhereForm()
    sent = partial(
        elsewhere.send_elsewhere,
        organisation=current_organisation(),
        way=form.contact_point.data or "",
    )
    return _decided(public_id, form, sent, gettext("The message goes out another way."))


@blueprint.post("/<public_id>/clear")
@allows(Role.AGENT)
def clear(public_id: str) -> ResponseReturnValue:
    """Take a message off the list of those that failed."""
    return _decided(public_id, SeenForm(), operations.clear, gettext("Nothing more is to be done about it."))


def _decided(public_id: str, form: SeenForm, decide: Callable[..., object], said: str) -> ResponseReturnValue:
    """Carry out what somebody decided; when something came in between, show the message as it is now."""
    if not form.validate_on_submit():
        flash(gettext("This page was open too long. Please send it again."), "part")
        return _show(public_id), 422
    try:
        with transaction.writing():
            decide(
                message=_message(public_id, lock=True),
                attempt=form.attempt.data,
                member_id=current_member().id,
                now=clock.now(),
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        flash(sentence_of(refusal), "part")
        return _show(public_id), refusal.status
    flash(said, "good")
    return redirect(url_for("desk.messages.show", public_id=public_id), 303)


def _message(public_id: str, *, lock: bool = False) -> Message:
    return queries.message_by_public_id(
        organisation_id=current_organisation().id, public_id=public_id, lock=lock
    )


def _copy(public_id: str) -> MailCopy:
    found = copy_of(_message(public_id))
    if found is None:
        raise queries.MessageUnknown
    return found


def _show(public_id: str) -> str:
    return render_template("desk/messages/show.html", **message_page.context(_message(public_id)))


def _groups() -> list[tuple[str, str]]:
    return [
        ("waiting", gettext("Waiting")),
        ("sent", gettext("Sent")),
        (message_lists.DOUBTFUL, gettext("Not certain")),
        (message_lists.FAILED, gettext("Failed")),
        ("kept_back", gettext("Kept back")),
    ]


def _counts(organisation_id: int) -> dict[str, int]:
    by_state = queries.counts_by_state(organisation_id=organisation_id)
    every = {name: sum(by_state.get(state, 0) for state in states) for name, states in GROUPS.items()}
    return every | {name: message_lists.counts()[name] for name in IN_TROUBLE}


def _advice(group: str) -> str:
    """Return what somebody can do about the messages of a list."""
    if group == message_lists.DOUBTFUL:
        return str(
            gettext(
                "Nobody knows whether these arrived. Find out, and say so on the message; or send it again: "
                "an e-mail keeps its name, so most mailboxes show it once."
            )
        )
    if group == message_lists.FAILED:
        return str(
            gettext(
                "These did not arrive. Correct the contact and send again, choose another way, or say that "
                "nothing more is to be done."
            )
        )
    return ""
