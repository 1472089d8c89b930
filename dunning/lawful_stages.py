"""Stages that begin a term in law: refused while the text they send lacks what the law wants."""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Protocol

from core.database import db
from core.law.rows import Segment
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from dunning.lawful_charges import check_charges_by_law
from dunning.models import StageChannel, StageCosts
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
    StageNotBySms and StageTextUnlawful, and what `lawful_charges` raises.
    """
    organisation = db.session.get_one(Organisation, organisation_id)
    is_for_business = segment == DebtorKind.COMPANY
    ground = ground_of_texts(
        organisation=organisation,
        now=now,
        country=country,
        segment=Segment.BUSINESS if is_for_business else Segment.CONSUMER,
    )
    for step, stage in enumerate(stages, start=1):
        channels = stage.channel.channels
        if Part.SMS not in EVENTS[stage.event].parts and Channel.SMS in channels:
            raise StageNotBySms(step=step)
        if stage.event in BEGINS_TERM:
            _check_texts(organisation_id, stage.event, channels, ground)
    check_charges_by_law(organisation_id=organisation_id, stages=stages, ground=ground)


def _check_texts(organisation_id: int, event: str, channels: Sequence[Channel], ground: Ground) -> None:
    for channel, language in product(channels, LANGUAGES):
        text = text_in_use(organisation_id=organisation_id, event=event, channel=channel, language=language)
        body = text.event.parse(Part.BODY, text.texts[Part.BODY])
        for lack in ground.unsaid(body.names):
            raise StageTextUnlawful(lack)
