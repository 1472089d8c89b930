"""The forms before sign-in and of a member's own account."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, EqualTo, Length

from core.web.languages import OWN_NAMES

REQUIRED = lazy_gettext("Fill this in.")
TOO_LONG = lazy_gettext("This is too long.")


def printable(text: str | None) -> str:
    """Return what was typed without control characters: no address has them, and no database takes NUL."""
    return "".join(sign for sign in text or "" if sign.isprintable()).strip()


class SignInForm(FlaskForm):
    """E-mail address and password."""

    email = EmailField(
        lazy_gettext("E-mail address"),
        filters=[printable],
        validators=[DataRequired(REQUIRED), Length(max=254, message=TOO_LONG)],
    )
    password = PasswordField(
        lazy_gettext("Password"), validators=[DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)]
    )
    next = HiddenField()


class ForgottenPasswordForm(FlaskForm):
    """Where the link to choose a new password goes."""

    email = EmailField(
        lazy_gettext("E-mail address"),
        filters=[printable],
        validators=[DataRequired(REQUIRED), Length(max=254, message=TOO_LONG)],
    )


class NewPasswordForm(FlaskForm):
    """A new password, twice, so that a slip of the finger locks nobody out."""

    password = PasswordField(
        lazy_gettext("New password"), validators=[DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)]
    )
    again = PasswordField(
        lazy_gettext("New password, once more"),
        validators=[
            DataRequired(REQUIRED),
            EqualTo("password", lazy_gettext("This is not the same as the password above.")),
        ],
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password for somebody who is signed in, and the one they have."""

    current = PasswordField(
        lazy_gettext("Password you have now"),
        validators=[DataRequired(REQUIRED), Length(max=1000, message=TOO_LONG)],
    )


class LanguageForm(FlaskForm):
    """The language the desk speaks to this member."""

    language = SelectField(
        lazy_gettext("Language"), choices=[SelectChoice(code, name) for code, name in OWN_NAMES.items()]
    )
