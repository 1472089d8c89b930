"""The demo mailbox: every e-mail and SMS of the demo, newest first. It exists in the demo only."""

from pathlib import Path

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from core.web.languages import speak
from messaging.providers.files import StoredMessage, newest_first, read

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


@blueprint.before_request
def _speak_english() -> None:
    speak("en")


def _folder() -> Path:
    folder: Path | None = current_app.config["PORTAL"].mailbox_dir
    if folder is None:
        abort(404)
    return folder


@blueprint.get("/mailbox")
def mailbox() -> ResponseReturnValue:
    """Show what was sent to everybody."""
    return render_template("demo/mailbox.html", messages=list(newest_first(_folder())))


@blueprint.get("/mailbox/<name>")
def message(name: str) -> ResponseReturnValue:
    """Show one message as text, with its link to press."""
    message = _message(name)
    return render_template(
        "demo/message.html", message=message, lines=[line.split(" ") for line in message.text.splitlines()]
    )


def _message(name: str) -> StoredMessage:
    try:
        return read(_folder(), name)
    except FileNotFoundError:
        abort(404)
