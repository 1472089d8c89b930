"""Stages that begin a term in law: refused while the text they send lacks what the law wants."""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Protocol

from core.database import db
from core.law.rows import Segment
from core.organisations.models import Organisation
from core.organisations.queries import creditors_of
from core.refusals import N_, Refusal
from dunning.lawful_charges import check_charges_by_law
from dunning.lawful_values import check_values_by_law, creditors_asking
from dunning.models import DunningPolicy, StageChannel, StageCosts
from dunning.policy_refusals import PolicyRefused
from invoices.models import Channel, DebtorKind
from messaging.events import EVENTS, Part
from messaging.legal import BEGINS_TERM, Ground, ground_of_texts
from messaging.own_texts import text_in_use
from messaging.wording import LANGUAGES


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


class StageTextUnlawful(PolicyRefused):
    """A text of the stage lacks a mention; the sentence is that of what lacks."""

    def __init__(self, why: Refusal) -> None:
        self.sentence = why.sentence
        super().__init__(**why.values)


def check_stages_by_law(
    *, organisation_id: int, stages: Sequence[_Stage], segment: str, country: str, now: datetime
) -> None:
    """Refuse stages whose texts, in any language, may not be sent to the debtors of the policy.

    `segment` is person, company or empty, `country` ISO 3166 or empty for the organisation's own. Raises
    StageNotBySms and StageTextUnlawful, and what `lawful_charges` and `lawful_values` raise.
    """
    organisation = db.session.get_one(Organisation, organisation_id)
    ground = _ground(organisation, segment, country, now)
    for step, stage in enumerate(stages, start=1):
        channels = stage.channel.channels
        if Part.SMS not in EVENTS[stage.event].parts and Channel.SMS in channels:
            raise StageNotBySms(step=step)
        if stage.event in BEGINS_TERM:
            _check_texts(organisation_id, stage.event, channels, ground)
    check_charges_by_law(organisation_id=organisation_id, stages=stages, ground=ground)
    check_values_by_law(stages=stages, ground=ground, creditors=creditors_of(organisation_id=organisation_id))


def require_sayable(
    *, organisation: Organisation, policy: DunningPolicy, stages: Sequence[_Stage], now: datetime
) -> None:
    """Refuse a run of a policy whose messages could not say today what the law wants in them.

    Raises LawRowMissing and CreditorNumberUnknown. Debtors elsewhere stand under their own law, and a message
    to one of them fails by itself.
    """
    if any(stage.event in BEGINS_TERM for stage in stages):
        check_values_by_law(
            stages=stages,
            ground=_ground(organisation, policy.segment, policy.country, now),
            creditors=creditors_asking(organisation=organisation),
        )


def _ground(organisation: Organisation, segment: str, country: str, now: datetime) -> Ground:
    is_for_business = segment == DebtorKind.COMPANY
    return ground_of_texts(
        organisation=organisation,
        now=now,
        country=country,
        segment=Segment.BUSINESS if is_for_business else Segment.CONSUMER,
    )


def _check_texts(organisation_id: int, event: str, channels: Sequence[Channel], ground: Ground) -> None:
    for channel, language in product(channels, LANGUAGES):
        text = text_in_use(organisation_id=organisation_id, event=event, channel=channel, language=language)
        body = text.event.parse(Part.BODY, text.texts[Part.BODY])
        for lack in ground.unsaid(body.names):
            raise StageTextUnlawful(lack)
