"""The form of a dunning policy: its steps, its gap, and whether it runs by itself."""

from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, format_decimal, parse_decimal
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional

from core.money import Money, decimals_of
from core.web.languages import locale_code
from desk import dunning_words as words
from dunning.models import DunningPolicy, DunningStage, StageChannel
from dunning.policies import MOST_STAGES, STAGE_EVENTS, StageWish

WHOLE_NUMBER = lazy_gettext("Enter a whole number.")
AMOUNT_DIGITS = 12


class WholeNumberField(IntegerField):
    """A whole number, asked for in our own words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(WHOLE_NUMBER) from error


class StageForm(Form):
    """One step; without days it is left out."""

    days = WholeNumberField(lazy_gettext("Days after the due date"), validators=[Optional()])
    channel = SelectField(lazy_gettext("How"))
    event = SelectField(lazy_gettext("Text"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.channel.choices = [SelectChoice(one.value, words.channel(one.value)) for one in StageChannel]
        self.event.choices = [SelectChoice(name, words.event(name)) for name in STAGE_EVENTS]


class PolicyForm(FlaskForm):
    """The policy as it stands, with one empty step at the end."""

    stages = FieldList(FormField(StageForm), lazy_gettext("Step"), max_entries=MOST_STAGES)
    minimum_gap_days = WholeNumberField(
        lazy_gettext("Days between two messages"), validators=[InputRequired(WHOLE_NUMBER)]
    )
    amount_minimum = StringField(
        lazy_gettext("Smallest open amount"), validators=[InputRequired(), Length(max=20)]
    )
    is_automatic = BooleanField(lazy_gettext("Run by itself"))
    runs_from_hour = WholeNumberField(
        lazy_gettext("From this hour"), validators=[InputRequired(WHOLE_NUMBER)]
    )

    def validate_amount_minimum(self, field: StringField) -> None:
        """Refuse what is no amount in the member's language."""
        try:
            amount = parse_decimal(field.data or "", locale=locale_code(), strict=True)
        except NumberFormatError as error:
            raise ValidationError(
                gettext("Enter an amount, such as %(example)s.", example=_written(10))
            ) from error
        if not amount.is_finite() or abs(amount) >= 10**AMOUNT_DIGITS:
            raise ValidationError(gettext("This amount is too high."))

    def wishes(self) -> list[StageWish]:
        """Return the steps that have days, in the order they stand."""
        return [
            StageWish(entry.form.days.data, StageChannel(entry.form.channel.data), entry.form.event.data)
            for entry in self.stages
            if entry.form.days.data is not None
        ]

    def minimum(self, currency: str) -> int:
        """Return the smallest amount in minor units."""
        amount = parse_decimal(self.amount_minimum.data or "0", locale=locale_code(), strict=True)
        return Money.of(amount, currency).minor


def form_of(policy: DunningPolicy, stages: list[DunningStage], currency: str) -> PolicyForm:
    """Return the form filled in from the policy (on GET) or from what was sent (on POST)."""
    rows: list[dict[str, object]] = [
        {"days": stage.days_after_due, "channel": stage.channel.value, "event": stage.event}
        for stage in stages
    ]
    return PolicyForm(
        stages=[*rows, {}][:MOST_STAGES],
        minimum_gap_days=policy.minimum_gap_days,
        amount_minimum=_written(Money(policy.amount_minimum, currency).amount, decimals_of(currency)),
        is_automatic=policy.is_automatic,
        runs_from_hour=policy.runs_from_hour,
    )


def _written(amount: Decimal | int, decimals: int = 2) -> str:
    pattern = "0." + "0" * decimals if decimals else "0"
    return str(format_decimal(amount, format=pattern, locale=locale_code()))
