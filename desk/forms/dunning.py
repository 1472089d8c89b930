"""The form of a dunning policy: its steps, its gap, and whether it runs by itself."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, FormField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Optional

from core.web.form_rows import Rows
from desk import dunning_words as words
from desk.forms.fields import AmountField, NeededAmount, choices, line
from desk.words import countries
from dunning.models import DunningPolicy, DunningStage, StageChannel, StageCosts
from dunning.policies import LONGEST_NAME, MOST_STAGES, STAGE_EVENTS, PolicyWish, StageWish

WHOLE_NUMBER = lazy_gettext("Enter a whole number.")


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
    amount_minimum = AmountField(lazy_gettext("From this open amount"), validators=[Optional()])
    costs = SelectField(lazy_gettext("Adds costs"), default=StageCosts.NONE.value)
    adds_interest = BooleanField(lazy_gettext("Adds interest"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.channel.choices = [SelectChoice(one.value, words.channel(one.value)) for one in StageChannel]
        self.costs.choices = [SelectChoice(one.value, words.costs(one)) for one in StageCosts]
        self.event.choices = [SelectChoice(name, words.event(name)) for name in STAGE_EVENTS]


class PolicyForm(FlaskForm):
    """The policy as it stands, with one empty step at the end; the view says in which currency."""

    name = line(lazy_gettext("Name"), most=LONGEST_NAME, needed=True)
    segment = SelectField(lazy_gettext("For"))
    country = SelectField(lazy_gettext("Country"))
    is_by_hand = BooleanField(lazy_gettext("Only for debtors who are put on it by hand"))
    stages = Rows(FormField(StageForm), lazy_gettext("Step"), max_entries=MOST_STAGES)
    minimum_gap_days = WholeNumberField(
        lazy_gettext("Days between two messages"), validators=[InputRequired(WHOLE_NUMBER)]
    )
    amount_minimum = AmountField(lazy_gettext("Smallest open amount"), validators=[NeededAmount()])
    is_automatic = BooleanField(lazy_gettext("Run by itself"))
    runs_from_hour = WholeNumberField(
        lazy_gettext("From this hour"), validators=[InputRequired(WHOLE_NUMBER)]
    )

    def in_currency(self, currency: str) -> "PolicyForm":
        """Let the amounts be of this currency, and the choices be in the language of the request."""
        for field in (self.amount_minimum, *(entry.form.amount_minimum for entry in self.stages)):
            field.currency = currency
        self.segment.choices = choices(
            [
                ("", gettext("Persons and companies")),
                *((one, gettext(word)) for one, word in words.SEGMENTS.items()),
            ]
        )
        self.country.choices = choices([("", gettext("All countries")), *countries()])
        return self

    def wish(self) -> PolicyWish:
        """Return the policy as it was filled in; steps without days are left out."""
        return PolicyWish(
            name=self.name.data or "",
            stages=[
                StageWish(
                    step.days.data,
                    StageChannel(step.channel.data),
                    step.event.data,
                    step.amount_minimum.data or 0,
                    StageCosts(step.costs.data or ""),
                    step.adds_interest.data,
                )
                for step in (entry.form for entry in self.stages)
                if step.days.data is not None
            ],
            minimum_gap_days=self.minimum_gap_days.data or 0,
            amount_minimum=self.amount_minimum.data or 0,
            is_automatic=self.is_automatic.data,
            runs_from_hour=self.runs_from_hour.data or 0,
            segment=self.segment.data or "",
            country=self.country.data or "",
            is_by_hand=self.is_by_hand.data,
        )


def form_of(policy: DunningPolicy, stages: Sequence[DunningStage], currency: str, **other: Any) -> PolicyForm:
    """Return the form filled in from the policy (on GET) or from what was sent (on POST).

    `other` are values to show instead of the policy's own, for a new one that begins like it.
    """
    rows: list[dict[str, object]] = [
        {
            "days": stage.days_after_due,
            "channel": stage.channel.value,
            "event": stage.event,
            "amount_minimum": stage.amount_minimum or None,
            "costs": stage.costs.value,
            "adds_interest": stage.adds_interest,
        }
        for stage in stages
    ]
    own = (
        "name", "segment", "country", "is_by_hand",
        "minimum_gap_days", "amount_minimum", "is_automatic", "runs_from_hour",
    )  # fmt: skip
    values = {name: getattr(policy, name) for name in own} | other
    return PolicyForm(stages=[*rows, {}][:MOST_STAGES], **values).in_currency(currency)
