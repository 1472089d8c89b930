"""The form of one message text: what an organisation writes itself."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField

from invoices.models import Channel
from messaging.events import Part
from messaging.own_texts import PARTS, TextInUse


class MailForm(FlaskForm):
    """An e-mail."""

    mark = HiddenField()
    subject = StringField(lazy_gettext("Subject"))
    body = TextAreaField(lazy_gettext("Text"))


class SmsForm(FlaskForm):
    """An SMS."""

    mark = HiddenField()
    sms = TextAreaField(lazy_gettext("Text of the SMS"))


def text_form(text: TextInUse, *, stored: bool) -> MailForm | SmsForm:
    """Return the channel's form with what is in use, or with what was sent."""
    kind = SmsForm if text.channel == Channel.SMS else MailForm
    if not stored:
        return kind()
    data = {part.value: text.texts[part] for part in PARTS[text.channel]}
    return kind(formdata=None, data=data | {"mark": text.mark})


def texts_of(form: MailForm | SmsForm, channel: Channel) -> dict[Part, str]:
    """Return what was typed, by part."""
    return {part: form[part.value].data or "" for part in PARTS[channel]}
