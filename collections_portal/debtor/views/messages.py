"""What may be sent to the address or number that the visitor's link went to."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from collections_portal.debtor import guard
from core import clock, transaction
from links import opting

blueprint = Blueprint("messages", __name__)


@blueprint.get("/messages")
def show() -> ResponseReturnValue:
    """Show where the link went, whether anything goes there, and what it means to say no."""
    here = guard.visit()
    reached = opting.reached_by(organisation_id=here.organisation_id, link_id=here.link_id)
    return render_template("debtor/messages.html", reached=reached, is_done="done" in request.args)


@blueprint.post("/messages/stop")
def stop() -> ResponseReturnValue:
    """Send nothing more there."""
    here = guard.visit()
    with transaction.writing():
        opting.send_nothing(organisation_id=here.organisation_id, link_id=here.link_id, now=clock.now())
    return redirect(url_for("debtor.messages.show", done=1), 303)


@blueprint.post("/messages/start")
def start() -> ResponseReturnValue:
    """Send there again."""
    here = guard.visit()
    with transaction.writing():
        opting.send_again(organisation_id=here.organisation_id, link_id=here.link_id, now=clock.now())
    return redirect(url_for("debtor.messages.show", done=1), 303)
