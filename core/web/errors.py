"""How refusals and faults become pages: a status, one sentence, and the way on."""

import structlog
from flask import Flask, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from core.disk import DiskFull, is_full
from core.refusals import N_, Refusal
from core.web import typed, ways
from core.web.languages import sentence_of

log = structlog.get_logger()
SENTENCES = {
    400: N_("We could not read this request. Please go back and try again."),
    401: N_("You are not signed in, or no longer."),
    403: N_("You may not do this."),
    404: N_("This page does not exist."),
    405: N_("This page cannot be used in this way."),
    413: N_("This is too large to send."),
    429: N_("That was too often. Please wait a moment and try again."),
    500: N_("Something went wrong on our side. Please try again later."),
}

LAYOUTS = dict.fromkeys(("desk", "settings"), "layouts/desk_signed_out.html")


def install(app: Flask) -> None:
    """Turn refusals, HTTP errors, expired forms and faults into pages of the door they happened at."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, form_too_old)
    app.register_error_handler(SecurityError, _another_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OSError, _system)
    app.register_error_handler(500, _fault)


def page(status: int, sentence: str, *, is_form_old: bool = False) -> ResponseReturnValue:
    """Return the error page of this door: a translated sentence, what was typed into the form, the way on."""
    text = render_template(
        "errors/error.html",
        layout=LAYOUTS.get(g.get("door", ""), "layouts/debtor.html"),
        sentence=sentence,
        typed=typed.given_back(),
        way=ways.way_on(status=status, is_form_old=is_form_old),
    )
    return text, status


def _refused(refusal: Refusal) -> ResponseReturnValue:
    log.info("refused", reason=type(refusal).__name__, status=refusal.status)
    answer = page(refusal.status, sentence_of(refusal))
    if refusal.wait_seconds is None or not isinstance(answer, tuple):
        return answer
    return (*answer, {"Retry-After": str(refusal.wait_seconds)})


def form_too_old(error: CSRFError) -> ResponseReturnValue:
    """Answer a form without the secret that its page should have had."""
    log.info("refused", reason="CSRF", status=400, words=error.description)
    sentence = gettext("This page was open for too long, or in another window. Please go back and try again.")
    return page(400, sentence, is_form_old=True)


def _another_host(_error: SecurityError) -> ResponseReturnValue:
    """Answer without a page: for a host that is not ours no address can be built, so no layout either."""
    log.info("refused", reason="host", status=400)
    return _without_a_page(400)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    log.info("refused", reason=error.name, status=status)
    answer = page(status, gettext(SENTENCES.get(status, SENTENCES[400 if status < 500 else 500])))
    extra = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
    return (*answer, extra) if isinstance(answer, tuple) else answer


def _system(error: OSError) -> ResponseReturnValue:
    """Say that there is no room, where that is it: what is sent lies in a file before a view sees it."""
    if not is_full(error):
        raise error
    log.error("no room on the disk")
    return _refused(DiskFull())


def _fault(_error: Exception) -> ResponseReturnValue:
    """Answer a fault, which Flask has logged. This is the last resort: what it raised would be no answer."""
    try:
        return page(500, gettext(SENTENCES[500]))
    except Exception:  # The page may need what has just broken.
        log.exception("no page about a fault")
        return _without_a_page(500)


def _without_a_page(status: int) -> ResponseReturnValue:
    return gettext(SENTENCES[status]), status, {"Content-Type": "text/plain; charset=utf-8"}
