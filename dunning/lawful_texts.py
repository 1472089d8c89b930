"""What plans want said by the texts they send: asked when a plan or a text is stored, and when a run begins.

The law of a plan is that of its country, else the organisation's own; a plan for persons and companies is
held to what the law wants for either. Debtors elsewhere stand under their own law, and a message to one of
them that lacks something fails by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import product
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import select

from core.database import db
from core.law.rows import Segment
from core.organisations.models import Organisation
from core.refusals import N_, Language, Phrase
from dunning.models import DunningPolicy, DunningStage, StageChannel, StageCosts
from dunning.policy_refusals import PolicyRefused
from dunning.queries import same
from invoices.models import Channel, DebtorKind
from messaging.events import CHARGES, EVENTS
from messaging.legal import BEGINS_TERM, Demands, Ground, ground_of_texts
from messaging.own_texts import names_in_use
from messaging.wording import LANGUAGES

SEGMENTS: Mapping[str, tuple[Segment, ...]] = MappingProxyType(
    {
        "": (Segment.CONSUMER, Segment.BUSINESS),
        DebtorKind.PERSON: (Segment.CONSUMER,),
        DebtorKind.COMPANY: (Segment.BUSINESS,),
    }
)
CHANNELS: Mapping[Channel, str] = MappingProxyType(
    {Channel.EMAIL: N_("e-mail"), Channel.LETTER: N_("letter")}
)


class Sending(Protocol):
    """What is looked at of a stage."""

    @property
    def channel(self) -> StageChannel: ...
    @property
    def event(self) -> str: ...
    @property
    def costs(self) -> StageCosts: ...
    @property
    def adds_interest(self) -> bool: ...


class StageTextUnlawful(PolicyRefused):
    """A text of the stage lacks what the law wants in it."""

    sentence = N_(
        "The text “%(text)s” (%(channel)s, %(language)s) of step %(step)s lacks ((%(name)s)), "
        "which the law wants in it (%(source)s). Add it in the settings, under “Message templates”."
    )


class TextWithoutCharges(PolicyRefused):
    """A text that would add money without a word."""

    sentence = N_(
        "The text “%(text)s” (%(channel)s, %(language)s) of step %(step)s does not say what the step adds. "
        "Add ((%(name)s)) in the settings, under “Message templates”."
    )


def grounds_of(
    *, organisation: Organisation, segment: str, country: str, now: datetime
) -> tuple[Ground, ...]:
    """Return the law of a plan's debtors, that of consumers first.

    `segment` is person, company or empty for both, `country` ISO 3166 or empty for the organisation's own.
    """
    return tuple(
        ground_of_texts(organisation=organisation, now=now, country=country, segment=one)
        for one in SEGMENTS[segment]
    )


def check_texts_by_law(*, organisation_id: int, stages: Sequence[Sending], grounds: Sequence[Ground]) -> None:
    """Refuse stages whose texts, in any language, lack what the law wants or do not name what is added.

    Raises StageTextUnlawful and TextWithoutCharges.
    """
    bound = {step: stage for step, stage in enumerate(stages, start=1) if _says_by_law(stage)}
    if not bound:
        return
    said = names_in_use(
        organisation_id=organisation_id, events=sorted({stage.event for stage in bound.values()})
    )
    for step, stage in bound.items():
        for channel, language in product(_written(stage), LANGUAGES):
            _check_text(stage, step, channel, language, said[stage.event, channel, language], grounds)


def demands_on(*, organisation: Organisation, event: str, channel: Channel, now: datetime) -> Demands:
    """Return what the organisation's law, and every plan in use that sends the text, wants said in it."""
    own = ground_of_texts(organisation=organisation, now=now)
    grounds = {(own.country, own.segment): own}
    charged_by = ""
    for policy, stage in _uses_of(organisation.id, event, channel):
        of_plan = grounds_of(
            organisation=organisation, segment=policy.segment, country=policy.country, now=now
        )
        grounds = {(one.country, one.segment): one for one in of_plan} | grounds
        charged_by = charged_by or (policy.name if _adds(stage) else "")
    first = (own.country, own.segment)
    ordered = sorted(grounds, key=lambda which: (which != first, which))
    return Demands(tuple(grounds[which] for which in ordered), charged_by)


def _uses_of(organisation_id: int, event: str, channel: Channel) -> list[tuple[DunningPolicy, DunningStage]]:
    rows = db.session.execute(
        select(DunningPolicy, DunningStage)
        .join(DunningStage, same(DunningPolicy, DunningStage, "policy_id"))
        .where(
            DunningPolicy.organisation_id == organisation_id,
            DunningPolicy.ended_at.is_(None),
            DunningStage.event == event,
        )
        .order_by(DunningPolicy.is_default.desc(), DunningPolicy.name, DunningStage.position)
    )
    return [(policy, stage) for policy, stage in rows if channel in stage.channel.channels]


def _check_text(
    stage: Sending,
    step: int,
    channel: Channel,
    language: str,
    said: Collection[str],
    grounds: Sequence[Ground],
) -> None:
    which = {
        "text": Phrase(EVENTS[stage.event].meaning),
        "channel": Phrase(CHANNELS[channel]),
        "language": Language(language),
        "step": step,
    }
    for ground in grounds if stage.event in BEGINS_TERM else ():
        for lack in ground.unsaid(said):
            raise StageTextUnlawful(**which, **lack.values)
    if _adds(stage) and CHARGES not in said:
        raise TextWithoutCharges(**which, name=CHARGES)


def _says_by_law(stage: Sending) -> bool:
    return stage.event in BEGINS_TERM or _adds(stage)


def _adds(stage: Sending) -> bool:
    return bool(stage.costs) or stage.adds_interest


def _written(stage: Sending) -> list[Channel]:
    """Return the ways of the stage whose texts have a body; what begins a term or adds goes by no SMS."""
    return [channel for channel in stage.channel.channels if channel is not Channel.SMS]
