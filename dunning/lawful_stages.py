"""Stages of a plan: refused while the law of its debtors lets them not be sent, with what lacks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.database import db
from core.organisations.models import Organisation
from core.organisations.queries import creditors_of
from core.refusals import N_
from dunning.lawful_charges import check_charges_by_law
from dunning.lawful_texts import check_texts_by_law, grounds_of
from dunning.lawful_values import check_values_by_law, creditors_asking
from dunning.models import DunningPolicy, StageChannel, StageCosts
from dunning.policy_refusals import PolicyRefused
from invoices.models import Channel
from messaging.events import EVENTS, Part
from messaging.legal import BEGINS_TERM


class _Stage(Protocol):
    """What is looked at of a stage."""

    @property
    def channel(self) -> StageChannel: ...
    @property
    def event(self) -> str: ...
    @property
    def days_after_due(self) -> int: ...
    @property
    def costs(self) -> StageCosts: ...
    @property
    def adds_interest(self) -> bool: ...


class StageNotBySms(PolicyRefused):
    """The text has no words for an SMS."""

    sentence = N_("The text of step %(step)s cannot go by SMS. Choose e-mail, a letter, or both.")


def check_stages_by_law(
    *, organisation_id: int, stages: Sequence[_Stage], segment: str, country: str, now: datetime
) -> None:
    """Refuse stages whose texts, in any language, may not be sent to the debtors of the policy.

    `segment` is person, company or empty, `country` ISO 3166 or empty for the organisation's own. Raises
    StageNotBySms, and what `lawful_charges`, `lawful_texts` and `lawful_values` raise.
    """
    organisation = db.session.get_one(Organisation, organisation_id)
    grounds = grounds_of(organisation=organisation, segment=segment, country=country, now=now)
    for step, stage in enumerate(stages, start=1):
        if Part.SMS not in EVENTS[stage.event].parts and Channel.SMS in stage.channel.channels:
            raise StageNotBySms(step=step)
    check_charges_by_law(stages=stages, ground=grounds[0])
    check_texts_by_law(organisation_id=organisation_id, stages=stages, grounds=grounds)
    creditors = creditors_of(organisation_id=organisation_id)
    check_values_by_law(stages=stages, ground=grounds[0], creditors=creditors)


def require_sayable(
    *, organisation: Organisation, policy: DunningPolicy, stages: Sequence[_Stage], now: datetime
) -> None:
    """Refuse a run of a policy whose messages would not say today what the law wants in them.

    A text was lawful when the plan was stored; the organisation may have another country since, or the law
    other rows. Raises StageTextUnlawful, TextWithoutCharges, LawRowMissing and CreditorNumberUnknown. Debtors
    elsewhere stand under their own law, and a message to one of them fails by itself.
    """
    grounds = grounds_of(organisation=organisation, segment=policy.segment, country=policy.country, now=now)
    check_texts_by_law(organisation_id=organisation.id, stages=stages, grounds=grounds)
    if any(stage.event in BEGINS_TERM for stage in stages):
        creditors = creditors_asking(organisation=organisation)
        check_values_by_law(stages=stages, ground=grounds[0], creditors=creditors)
