"""`/settings/templates`: the organisation's own words for every message, or the standard ones."""

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core import clock, transaction
from core.members.models import Role
from core.organisations.changes import SettingsChangedMeanwhile
from core.organisations.models import LANGUAGES
from core.web.guards import allows, current_member, current_organisation
from core.web.languages import sentence_of
from core.web.typed import asks
from dunning.lawful_texts import demands_on
from invoices.models import Channel
from links.samples import sample_link
from messaging.events import EVENTS, PLACEHOLDERS, Part
from messaging.legal import Demands
from messaging.own_texts import (
    PARTS,
    TextInUse,
    TextsRefused,
    channels_of,
    checked,
    own_texts,
    reset,
    save,
    text_in_use,
)
from messaging.previews import Preview, preview, queue_test, sample_values
from settings.answers import last_saved, overtaken
from settings.forms.templates import MailForm, SmsForm, text_form, texts_of
from settings.words import channel_name, language_name

blueprint = Blueprint("templates", __name__, url_prefix="/templates")


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """List every message with its languages, and which of them have words of the organisation's own."""
    own = own_texts(organisation_id=current_organisation().id)
    rows = [
        (
            event,
            channel,
            channel_name(channel),
            [(code, language_name(code), (event.name, channel, code) in own) for code in LANGUAGES],
        )
        for event in EVENTS.values()
        for channel in channels_of(event)
    ]
    return render_template("settings/templates/list.html", here="templates", rows=rows, last=last_saved())


@blueprint.get("/<event>/<channel>/<language>")
@allows(Role.ADMINISTRATOR)
def show(event: str, channel: str, language: str) -> ResponseReturnValue:
    """Show a text to be changed, with what a reader would get."""
    text = _text(event, channel, language)
    return _page(text, text_form(text, stored=True), text.texts)


@blueprint.post("/<event>/<channel>/<language>")
@allows(Role.ADMINISTRATOR)
@asks(MailForm, SmsForm)
def store(event: str, channel: str, language: str) -> ResponseReturnValue:
    """Store the text, or show first what a reader would get."""
    text = _text(event, channel, language)
    form = text_form(text, stored=False)
    if not form.validate_on_submit():
        return _page(text, form, None), 422
    try:
        typed = texts_of(form, text.channel)
        if request.form.get("step") == "preview":
            return _page(text, form, _checked(text, typed))
        _save(text, form, typed)
    except TextsRefused as refusal:
        for part, errors in refusal.errors.items():
            # A field shows one text: all that the law wants is said at once, not one after the other.
            form[part.value].errors = [" ".join(sentence_of(error) for error in errors)]
        return _page(text, form, None), 422
    except SettingsChangedMeanwhile:
        return _overtaken(_text(event, channel, language), form)
    flash(gettext("Saved. Messages that leave from now on have these words."), "good")
    return redirect(_address("show", text), 303)


@blueprint.post("/<event>/<channel>/<language>/standard")
@allows(Role.ADMINISTRATOR)
def back_to_standard(event: str, channel: str, language: str) -> ResponseReturnValue:
    """Use the standard words again."""
    text = _text(event, channel, language)
    with transaction.writing():
        reset(
            organisation_id=current_organisation().id,
            event=event,
            channel=channel,
            language=language,
            mark=request.form.get("mark", ""),
            member_id=current_member().id,
            now=clock.now(),
        )
    flash(gettext("The standard text is used again."), "good")
    return redirect(_address("show", text), 303)


@blueprint.post("/<event>/<channel>/<language>/test")
@allows(Role.ADMINISTRATOR)
def send_test(event: str, channel: str, language: str) -> ResponseReturnValue:
    """Send the stored text to the administrator's own address, with made-up values."""
    text = _text(event, channel, language)
    if text.channel == Channel.EMAIL:
        with transaction.writing():
            queue_test(member=current_member(), text=text, values=_samples(text), now=clock.now())
        flash(gettext("A test is on its way to %(email)s.", email=current_member().email), "good")
    return redirect(_address("show", text), 303)


def _text(event: str, channel: str, language: str) -> TextInUse:
    return text_in_use(
        organisation_id=current_organisation().id, event=event, channel=channel, language=language
    )


def _checked(text: TextInUse, typed: Mapping[Part, str]) -> Mapping[Part, str]:
    return checked(
        event=text.event,
        channel=text.channel,
        texts=typed,
        longest=_samples(text, longest=True),
        demands=_demands(text),
    )


def _save(text: TextInUse, form: MailForm | SmsForm, typed: Mapping[Part, str]) -> None:
    with transaction.writing():
        save(
            organisation_id=current_organisation().id,
            event=text.event.name,
            channel=text.channel,
            language=text.language,
            texts=typed,
            longest=_samples(text, longest=True),
            demands=partial(_demands, text),
            mark=form.mark.data or "",
            member_id=current_member().id,
            now=clock.now(),
        )


def _demands(text: TextInUse) -> Demands:
    """Return what law and plans want said in the text."""
    return demands_on(
        organisation=current_organisation(), event=text.event.name, channel=text.channel, now=clock.now()
    )


def _samples(text: TextInUse, *, longest: bool = False) -> dict[str, str]:
    """Return made-up values; the link has the length of a real one and opens nothing."""
    now, organisation = clock.now(), current_organisation()
    base_url = current_app.config["PORTAL"].public_url
    return sample_values(
        organisation=organisation,
        language=text.language,
        short=text.channel == Channel.SMS,
        link=sample_link(organisation=organisation, base_url=base_url, now=now),
        now=now,
        longest=longest,
    )


def _page(text: TextInUse, form: MailForm | SmsForm, shown: Mapping[Part, str] | None) -> str:
    """Show the text; without `shown` there is nothing to preview, because it is not right yet."""
    return render_template(
        "settings/templates/show.html",
        here="templates",
        text=text,
        language_name=language_name(text.language),
        channel_name=channel_name(text.channel),
        form=form,
        parts=PARTS[text.channel],
        placeholders=[(name, gettext(PLACEHOLDERS[name])) for name in _allowed(text)],
        required=_required(text),
        preview=_preview(text, shown) if shown else None,
    )


def _required(text: TextInUse) -> list[str]:
    """Return the placeholders without which the text cannot be saved."""
    part = PARTS[text.channel][-1]
    wanted = _demands(text).wanted(event=text.event.name) if part == Part.BODY else []
    return sorted({*text.event.required.get(part, ()), *wanted})


def _allowed(text: TextInUse) -> list[str]:
    allowed = frozenset[str]().union(*(text.event.allowed[part] for part in PARTS[text.channel]))
    return [name for name in PLACEHOLDERS if name in allowed]


def _preview(text: TextInUse, shown: Mapping[Part, str]) -> Preview:
    is_sms = text.channel == Channel.SMS
    return preview(
        event=text.event,
        channel=text.channel,
        language=text.language,
        texts=shown,
        values=_samples(text, longest=is_sms),
    )


def _overtaken(text: TextInUse, form: MailForm | SmsForm) -> ResponseReturnValue:
    return overtaken(
        title=gettext(text.event.meaning),
        theirs=text_form(text, stored=True),
        yours=form,
        action=_address("store", text),
        back=_address("show", text),
    )


def _address(view: str, text: TextInUse) -> str:
    return url_for(
        f"settings.templates.{view}",
        event=text.event.name,
        channel=text.channel.value,
        language=text.language,
    )
