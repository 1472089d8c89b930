"""`/hooks`: what providers call. A door without session and form tokens; the provider's signature is the key.

Twilio signs the address it was given, so the check takes it from the configuration, never from the request:
behind a proxy the two differ.
"""

import structlog
from flask import Blueprint, Flask, Request, current_app, request
from flask.sessions import SessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from collections_portal.config import Config
from core import clock, tenancy
from core.refusals import N_, Refusal
from core.transaction import writing
from core.web.bodies import takes_up_to
from core.web.sessions import NoSession
from messaging import callbacks, replies, reports
from messaging.providers.twilio_signature import HEADER, is_from_twilio
from messaging.sms_models import Report

log = structlog.get_logger()
MOST_BYTES = 16 * 1024
TELLING = frozenset(Report) - {Report.STOP, Report.START}
# An empty answer in Twilio's own language: no reply to who sent us something.
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")


class NotFromTwilio(Refusal):
    """The signature is missing or not Twilio's, or the account is not ours."""

    sentence = N_("You may not do this.")
    status = 403


class NoSessions(SessionInterface):
    """Providers have no cookie and get none."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        """Return the session of nobody."""
        return NoSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep nothing."""


def open_on(app: Flask, csrf: CSRFProtect) -> None:
    """Open the door."""
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)


@blueprint.errorhandler(Refusal)
def refuse(refusal: Refusal) -> ResponseReturnValue:
    """Answer a program: a status without a page."""
    log.info("refused", reason=type(refusal).__name__, status=refusal.status)
    return "", refusal.status


def _config() -> Config:
    config: Config = current_app.config["PORTAL"]
    return config


def _demand_signature(path: str) -> None:
    """Look whether Twilio signed this form for our account. Raises NotFromTwilio."""
    config = _config()
    signed = is_from_twilio(
        url=config.public_url + path,
        fields=request.form,
        signature=request.headers.get(HEADER),
        tokens=config.sms.auth_tokens,
    )
    if not signed or request.form.get("AccountSid") != config.sms.account_sid:
        raise NotFromTwilio


@blueprint.post("/twilio/status/<attempt>")
@takes_up_to(MOST_BYTES)
def status(attempt: str) -> ResponseReturnValue:
    """Take a report of what became of an attempt; one that says nothing new changes nothing."""
    public_id, number = callbacks.read(attempt, keys=_config().secret_keys)
    _demand_signature(f"/hooks/twilio/status/{attempt}")
    told = request.form.get("MessageStatus", "")
    sid, code = request.form.get("MessageSid", "")[:80], request.form.get("ErrorCode", "")[:9]
    if told in TELLING and sid:
        reported = reports.Reported(sid, Report(told), int(code) if code.isdecimal() else None)
        with tenancy.everywhere(), writing():
            message = reports.message_named(public_id=public_id)
            with tenancy.scope(message.organisation_id):
                reports.take_report(message=message, attempt=number, reported=reported, now=clock.now())
    return "", 204


@blueprint.post("/twilio/incoming")
@takes_up_to(MOST_BYTES)
def incoming() -> ResponseReturnValue:
    """Take an SMS that somebody sent to our sender: STOP and START count, the rest is not read."""
    _demand_signature("/hooks/twilio/incoming")
    word = replies.word_of(text=request.form.get("Body", ""), said=request.form.get("OptOutType", ""))
    if word is not None:
        with tenancy.everywhere(), writing():
            replies.take_word(
                word=word,
                number=request.form.get("From", ""),
                provider_id=request.form.get("MessageSid", "")[:80],
                now=clock.now(),
            )
    return NO_REPLY, 200, {"Content-Type": "text/xml; charset=utf-8"}
