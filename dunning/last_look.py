"""What came in between a proposal and its messages: the last look before they are queued."""

from collections.abc import Mapping, Sequence
from datetime import date

from core.organisations.models import Organisation
from dunning.assigned import debtors_of_policy
from dunning.letters import correspondence
from dunning.models import StageChannel
from dunning.notices import Addressed, NoticeLine
from dunning.schedule import Plan, Reason, Stage, objections_to_debtor, planned_on, told_by
from invoices.models import Channel, ContactState
from invoices.postal import PostalAddress
from invoices.queries import WhyNot, why_not_dun
from messaging.events import EVENTS
from messaging.own_texts import channels_of


class LastLook:
    """Some notices of a run as things stand now, asked about all at once.

    `policy_id` is the run's. `lines` are the invoices of each notice by its id, `addresses` where letters go
    by debtor.
    """

    def __init__(
        self,
        *,
        organisation: Organisation,
        policy_id: int,
        plan: Plan,
        notices: Sequence[Addressed],
        lines: Mapping[int, Sequence[NoticeLine]],
        addresses: Mapping[int, PostalAddress | None],
        today: date,
    ) -> None:
        self._plan, self._lines, self._addresses, self._today = plan, lines, addresses, today
        every = [line for some in lines.values() for line in some]
        self._gate = why_not_dun(
            organisation_id=organisation.id,
            invoice_ids=[line.invoice_id for line in every],
            invoices=[line.as_it_stands for line in every],
        )
        self._stages = {stage.position: stage for stage in plan.stages}
        debtor_ids = [one.debtor_id for one in notices]
        self._letters = correspondence(
            organisation_id=organisation.id, zone=organisation.zone, debtor_ids=debtor_ids, today=today
        )
        own = debtors_of_policy(organisation=organisation, policy_id=policy_id, debtor_ids=debtor_ids)
        self._own = frozenset(own)

    def at(self, one: Addressed) -> list[tuple[NoticeLine, WhyNot | None]]:
        """Return each invoice of a notice, with the reason why it is left alone after all, if any."""
        held = self._held_back(one)
        answers = [
            (line, held or self._gate[line.invoice_id] or self._too_early(line))
            for line in self._lines.get(one.id, ())
        ]
        remaining = [line for line, why_not in answers if why_not is None]
        if not remaining:
            return answers
        top = top_of(remaining)
        held = self._other_way(one, top)
        return [(line, why_not or held or _why_untold(top, line)) for line, why_not in answers]

    def _held_back(self, one: Addressed) -> WhyNot | None:
        """Return why the debtor may not be written to at all, not by this plan, or not at this address."""
        if one.debtor_id not in self._own:
            return WhyNot(Reason.OTHER_PLAN)
        if not self._is_reachable(one):
            return WhyNot(Reason.NO_CONTACT)
        against = objections_to_debtor(
            plan=self._plan, debtor=self._letters[one.debtor_id], today=self._today
        )
        first = next(against, None)
        return None if first is None else WhyNot(first.reason, first.detail)

    def _too_early(self, line: NoticeLine) -> WhyNot | None:
        """Return that the day of an invoice's stage is still to come: it, or the due date, was put off."""
        planned = planned_on(stage=self._stages.get(line.stage_position), due_on=line.due_on)
        return WhyNot(Reason.NOT_DUE_YET, planned.isoformat()) if self._today < planned else None

    def _is_reachable(self, one: Addressed) -> bool:
        if one.contact_point_id is None:
            return self._addresses[one.debtor_id] is not None
        return one.contact_state is ContactState.USABLE

    def _other_way(self, one: Addressed, top: NoticeLine) -> WhyNot | None:
        """Return that what is left of a notice does not go the way that was chosen for it.

        The way was chosen, and approved, for the stage of an invoice that is in the notice no more; the next
        run chooses again.
        """
        if (top.stage_position, top.event) == (one.stage_position, one.event):
            return None
        stage = next((its for its in self._plan.stages if _is_of(top, its)), None)
        if one.channel in _channels(top, stage):
            return None
        return WhyNot(Reason.OTHER_WAY, stage.channel if stage else "")


def top_of(lines: Sequence[NoticeLine]) -> NoticeLine:
    """Return the invoice whose stage gives the message its text."""
    return max(lines, key=lambda line: line.stage_position)


def _why_untold(top: NoticeLine, line: NoticeLine) -> WhyNot | None:
    return None if told_by(top, line) else WhyNot(Reason.NOTICE_WAITS)


def _is_of(line: NoticeLine, stage: Stage) -> bool:
    return (stage.position, stage.event) == (line.stage_position, line.event)


def _channels(line: NoticeLine, stage: Stage | None) -> Sequence[Channel]:
    """Return the channels of an invoice's stage; of one that was taken away, those its text has words for."""
    return StageChannel(stage.channel).channels if stage else channels_of(EVENTS[line.event])
