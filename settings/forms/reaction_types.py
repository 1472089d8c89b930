"""The forms of one reaction type: what it does, and which fields it shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField

from core.members.models import Member
from core.organisations.models import LANGUAGES
from reactions.models import Audience, ReactionTypeText
from reactions.operations.reaction_types import LIMITS
from reactions.operations.type_checks import CODE, MOST_PROMISE_DAYS, MOST_REVIEW_DAYS
from reactions.queries.reaction_types import FieldLine, TypePage
from settings.forms import fields

PLAIN = ("code", "is_offered", "exempts", "closes_when_paid", "review_days", "promise_days")
AUDIENCES = (
    (Audience.EVERYBODY, lazy_gettext("Persons and companies")),
    (Audience.PERSONS, lazy_gettext("Persons only")),
    (Audience.COMPANIES, lazy_gettext("Companies only")),
)


class ParametersForm(FlaskForm):
    """What a reaction type is called and sets off; `label_nl` and so on are added below."""

    version = HiddenField()
    code = fields.line(lazy_gettext("Action ID"), most=CODE, needed=True)
    assignee = SelectField(lazy_gettext("Assign to"))
    is_offered = BooleanField(lazy_gettext("Debtors can choose this reaction"))
    exempts = BooleanField(lazy_gettext("Exempt the invoice from dunning"))
    closes_when_paid = BooleanField(lazy_gettext("Close by itself when the invoice is paid"))
    review_days = fields.number(lazy_gettext("Promise an answer within"), least=0, most=MOST_REVIEW_DAYS)
    promise_days = fields.number(
        lazy_gettext("A promised day may lie ahead"), least=0, most=MOST_PROMISE_DAYS
    )
    audience = SelectField(
        lazy_gettext("Offer to"), choices=[fields.choice(value, label) for value, label in AUDIENCES]
    )

    def offer(self, members: Sequence[Member]) -> None:
        """Offer the active members to assign to."""
        nobody = fields.choice("", lazy_gettext("Nobody: shared work list"))
        active = [fields.choice(one.public_id, one.name) for one in members if one.active]
        self.assignee.choices = [nobody, *active]

    def words(self) -> dict[str, dict[str, str]]:
        """Return the words by language as the room wants them."""
        return {code: {part: self[f"{part}_{code}"].data or "" for part in LIMITS} for code in LANGUAGES}

    def wrong_languages(self) -> set[str]:
        """Return the languages whose words have to be changed."""
        return {code for code in LANGUAGES for part in LIMITS if self[f"{part}_{code}"].errors}


for _code in LANGUAGES:
    for _part, _question, _needed in (
        ("label", lazy_gettext("What debtors choose"), True),
        ("hint", lazy_gettext("Hint below it"), False),
        ("name", lazy_gettext("Name for colleagues"), False),
    ):
        _field = fields.line(_question, most=LIMITS[_part], needed=_needed, render_kw={"lang": _code})
        setattr(ParametersForm, f"{_part}_{_code}", _field)


class FieldsForm(FlaskForm):
    """Which fields debtors see, and which of those they may leave empty; the values are the fields' keys."""

    version = HiddenField()
    visible = SelectMultipleField(lazy_gettext("Visible"))
    optional = SelectMultipleField(lazy_gettext("Optional"))

    def offer(self, lines: Sequence[FieldLine]) -> None:
        """Offer the type's fields."""
        choices = [fields.choice(line.field.key, line.name) for line in lines]
        self.visible.choices = self.optional.choices = choices

    def flags(self, lines: Sequence[FieldLine]) -> dict[str, tuple[bool, bool]]:
        """Return (visible, optional) of every field that can be changed."""
        visible, optional = self.visible.data or (), self.optional.data or ()
        return {
            line.field.key: (line.field.key in visible, line.field.key in optional)
            for line in lines
            if not line.is_fixed
        }


def parameters_form(page: TypePage, members: Sequence[Member], *, stored: bool) -> ParametersForm:
    """Return the form with what is stored, or with what was sent."""
    form = ParametersForm(formdata=None, data=_parameters(page, members)) if stored else ParametersForm()
    form.offer(members)
    return form


def fields_form(page: TypePage, *, stored: bool) -> FieldsForm:
    """Return the form with what is stored, or with what was sent."""
    form = FieldsForm(formdata=None, data=_fields(page)) if stored else FieldsForm()
    form.offer(page.fields)
    return form


def _parameters(page: TypePage, members: Sequence[Member]) -> dict[str, Any]:
    type_ = page.type
    assignee = next((one.public_id for one in members if one.id == type_.assignee_id and one.active), "")
    return {
        "version": type_.version,
        "assignee": assignee,
        "audience": type_.audience.value,
        **{name: getattr(type_, name) for name in PLAIN},
        **_words(page.texts),
    }


def _words(texts: Mapping[str, ReactionTypeText]) -> dict[str, str]:
    return {
        f"{part}_{code}": getattr(texts[code], part) for code in LANGUAGES for part in LIMITS if code in texts
    }


def _fields(page: TypePage) -> dict[str, Any]:
    return {
        "version": page.type.version,
        "visible": [line.field.key for line in page.fields if line.field.is_visible],
        "optional": [line.field.key for line in page.fields if line.field.is_optional],
    }
