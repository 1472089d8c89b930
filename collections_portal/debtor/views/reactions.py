"""One answer to the chosen invoices: the form, saving it, and the receipt."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from collections_portal.debtor import choosing, guard, receipts
from collections_portal.debtor.limits import limits_here
from collections_portal.debtor.questions import Typed, choices_of, errors_on
from collections_portal.debtor.rows import rows_of, totals_of
from collections_portal.debtor.views import invoices
from core import clock, identifiers, transaction
from core.refusals import N_, Refusal
from core.web import errors, languages
from core.web.headers import lets_script_ask
from links.operations import keep
from links.queries import IDLE
from reactions.field_kinds.table import AnswersRefused
from reactions.operations.submission import (
    FormUnusable,
    InvoiceNotOpen,
    NothingChosen,
    TooManyReactions,
    submit,
)
from reactions.queries.given import reaction_for_receipt
from reactions.queries.offered import TypeNotOffered

blueprint = Blueprint("reactions", __name__)
# No invoice has this id: whatever is chosen and not found is refused where the reaction is stored.
NOT_FOUND = 0


class FormTooOld(Refusal):
    """The page with the form was opened in an earlier visit."""

    sentence = N_("You opened your invoices again meanwhile. Look at your reaction and save it once more.")
    status = 422


@blueprint.get("/react")
@lets_script_ask
def new() -> ResponseReturnValue:
    """Show the form for the chosen invoices."""
    if not choosing.chosen_before():
        return redirect(url_for("debtor.invoices.index"), 303)
    return _form(Typed(type_key=choosing.type_before(), invoices=choosing.chosen_before()))


@blueprint.post("/react")
@lets_script_ask
def save() -> ResponseReturnValue:
    """Store the reaction, or show the form again with everything that was typed."""
    typed = _typed()
    if "language" in request.form:
        _speak(request.form["language"])
    if request.form.get("step") != "save":
        return _form(typed)
    limits_here().saving.spend()
    try:
        _store(typed)
    except AnswersRefused as refusal:
        words = {key: _(sentence, **values) for key, (sentence, values) in refusal.errors.items()}
        return _form(typed.refused(words)), 422
    except TypeNotOffered as refusal:
        sentence = (
            languages.sentence_of(refusal) if typed.type_key else _("Choose what you would like to tell us")
        )
        return _form(typed, type_error=sentence), 422
    except (InvoiceNotOpen, FormUnusable, NothingChosen) as refusal:
        return _form(typed, refusal=refusal), 422
    except TooManyReactions as refusal:
        return _form(typed, refusal=refusal), refusal.status
    return redirect(url_for("debtor.invoices.index"), 303)


@blueprint.errorhandler(CSRFError)
def form_too_old(error: CSRFError) -> ResponseReturnValue:
    """Show a form of an earlier visit again, to be saved once more, if our own page sent it in this visit."""
    if "visit" not in g or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return errors.form_too_old(error)
    return _form(_typed(), refusal=FormTooOld()), FormTooOld.status


@blueprint.get("/reactions/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """Show what we got, what we do, and by when."""
    here = guard.visit()
    receipt = reaction_for_receipt(
        organisation_id=here.organisation_id, debtor_id=here.debtor_id, public_id=public_id
    )
    return render_template(
        "debtor/receipt.html",
        reference=receipt.reference,
        steps=receipts.steps_of(receipt, today=clock.day_in(clock.now(), languages.zone())),
        facts=receipts.facts_of(receipt),
        message_sent=receipt.message_sent,
    )


def _typed() -> Typed:
    return Typed(
        type_key=request.form.get("type", ""),
        values=request.form,
        invoices=request.form.getlist("invoice"),
    )


def _store(typed: Typed) -> None:
    here, now = guard.visit(), clock.now()
    ids = {invoice.public_id: invoice.id for invoice in choosing.open_invoices(languages.language())}
    with transaction.writing():
        reaction = submit(
            organisation_id=here.organisation_id,
            debtor_id=here.debtor_id,
            visit_id=here.id,
            type_key=typed.type_key,
            invoice_ids={ids.get(public_id, NOT_FOUND) for public_id in typed.invoices},
            answers=typed.answers,
            submission_key=request.form.get("submission", ""),
            language=languages.language(),
            now=now,
        )
        choosing.keep_news(reaction, now=now)


def _form(typed: Typed, *, type_error: str | None = None, refusal: Refusal | None = None) -> str:
    """Return the page; without an open invoice that is the list, which says what to do."""
    listed = choosing.open_invoices(languages.language())
    chosen = choosing.among(listed, typed.invoices)
    if not chosen:
        gone = bool(typed.invoices)
        return invoices.page(listed, chosen=(), nothing_chosen=not gone, gone=gone)
    today = clock.day_in(clock.now(), languages.zone())
    choices = choices_of(
        choosing.types_offered(languages.language()), invoices=chosen, typed=typed, today=today
    )
    wrong = [("invoices", languages.sentence_of(refusal))] if refusal else []
    wrong += [("type", type_error)] if type_error else []
    wrong += errors_on(choices)
    return render_template(
        "debtor/reaction.html",
        invoices=rows_of(chosen, chosen=(), today=today),
        totals=totals_of(chosen),
        choices=choices,
        chosen=typed.type_key,
        errors=wrong,
        minutes=int(IDLE.total_seconds() // 60),
        type_error=type_error,
        carry=[*(("invoice", invoice.public_id) for invoice in chosen), ("submission", _number(refusal))],
    )


def _number(refusal: Refusal | None) -> str:
    """Return what makes two clicks on this form one reaction: new with a form, kept while it has errors."""
    given = request.form.get("submission", "")
    return given if given and not isinstance(refusal, FormUnusable) else identifiers.secret()


def _speak(wanted: str) -> None:
    if wanted not in languages.LOCALES:
        return
    here = guard.visit()
    with transaction.writing():
        keep(organisation_id=here.organisation_id, visit_id=here.id, now=clock.now(), language=wanted)
    languages.speak(wanted)
