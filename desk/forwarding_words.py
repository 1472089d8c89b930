"""What became of a reaction on its way to the organisation's own system, in words."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from core import clock
from core.members.models import Role
from core.web.formats import moment
from core.web.guards import current_member, current_organisation, may
from core.web.languages import language
from desk import inbox_page
from reactions.forwarding.models import ForwardedReaction, ForwardingState
from reactions.forwarding.queueing import forwarded
from reactions.forwarding.targets import STOPPED, target_of
from reactions.queries.actions import ActionPage

ANSWERED = "answered_"


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mark, what more is to be said, and where it can be sent again, if it can."""

    label: str
    tone: str
    more: str = ""
    again_url: str = ""


def of_action(page: ActionPage) -> Forwarded | None:
    """Return it; None where the reaction was never to be forwarded."""
    owner = current_organisation()
    one = forwarded(organisation_id=owner.id, reaction_id=page.reaction.id)
    if one is None:
        return None
    if one.delivered_at is not None:
        return Forwarded(gettext("Delivered"), "good", moment(one.delivered_at, language(), owner.zone))
    if one.state is ForwardingState.GIVEN_UP:
        can_go = may(current_member(), Role.AGENT) and target_of(organisation_id=owner.id) is not None
        again = _again(page.action.public_id) if can_go else ""
        return Forwarded(gettext("Not delivered"), "part", _why(one), again)
    if not one.reason:
        return Forwarded(gettext("On its way"), "wait")
    if one.not_before <= clock.now():
        return Forwarded(gettext("Not delivered yet"), "wait", _why(one))
    next_try = moment(one.not_before, language(), owner.zone)
    more = gettext("%(why)s Next try: %(moment)s.", why=_why(one), moment=next_try)
    return Forwarded(gettext("Not delivered yet"), "wait", more)


def _again(public_id: str) -> str:
    return url_for("desk.actions.forward", public_id=public_id, **inbox_page.kept())


def _why(one: ForwardedReaction) -> str:
    if one.reason == STOPPED:
        return str(gettext("Forwarding was stopped before this one was delivered."))
    if one.reason == "failed":
        return str(gettext("The portal could not put it together."))
    if one.reason == "not_trusted":
        return str(gettext("The certificate of your system is not valid."))
    if one.reason == "timeout":
        return str(gettext("Your system did not answer in time."))
    if one.reason.startswith(ANSWERED):
        return str(gettext("Your system answered with %(status)s.", status=one.reason.removeprefix(ANSWERED)))
    return str(gettext("Your system could not be reached."))
