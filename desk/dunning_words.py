"""What pages call the reasons, texts and states of dunning, in the language of the request."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from flask_babel import gettext

from core.refusals import N_
from core.web.formats import short_day
from core.web.languages import country_name, language
from dunning.models import DunningPolicy, DunningStage, NoticeState, RunState, StageCosts
from dunning.run_page import NoticeRow
from dunning.schedule import Reason, Stage
from invoices.freshness import PaymentDataTooOld
from messaging.events import EVENTS
from messaging.models import MessageState
from messaging.sms_models import Report

REASONS: Mapping[str, str] = MappingProxyType(
    {
        Reason.EXEMPT: N_("A reaction is being handled"),
        Reason.NOT_DUE_YET: N_("Not yet time for the next reminder"),
        Reason.GAP: N_("Written to only recently"),
        Reason.PAUSED: N_("Reminders to this debtor wait"),
        Reason.WEEK_FULL: N_("Enough messages this week"),
        Reason.MESSAGE_WAITING: N_("A message is still on its way"),
        Reason.TERM_RUNNING: N_("The term of the last reminder still runs"),
        Reason.NO_CONTACT: N_("No usable address"),
        Reason.NO_CHANNEL: N_("No address for the way this reminder goes"),
        Reason.BELOW_MINIMUM: N_("Open amount is too small"),
        Reason.ALL_STAGES_DONE: N_("All reminders were sent"),
        Reason.NOTICE_WAITS: N_("Its reminder with a term goes in the next message"),
        Reason.MESSAGE_FULL: N_(
            "The message names as many invoices as it can; this one goes in the next message"
        ),
        Reason.OTHER_WAY: N_("It goes another way than was chosen; the next run chooses again"),
        Reason.OTHER_PLAN: N_("The debtor has another dunning plan now; its next run decides"),
        Reason.LEFT_OUT: N_("Left out by a colleague"),
        Reason.SETTLED: N_("Paid in the meantime"),
        Reason.WITHDRAWN: N_("Withdrawn in the meantime"),
        Reason.UNKNOWN: N_("The invoice is no longer there"),
    }
)
CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "preferred": N_("The debtor's own choice"),
        "email": N_("E-mail"),
        "sms": N_("SMS"),
        "email_sms": N_("E-mail, else SMS"),
        "sms_email": N_("SMS, else e-mail"),
        "letter": N_("Letter"),
        "letter_email": N_("Letter, else e-mail"),
        "letter_email_sms": N_("Letter, else e-mail, else SMS"),
        "email_letter": N_("E-mail, else letter"),
        "email_sms_letter": N_("E-mail, else SMS, else letter"),
    }
)
COSTS: Mapping[StageCosts, str] = MappingProxyType(
    {
        StageCosts.NONE: N_("No costs"),
        StageCosts.REMINDER: N_("Reminder fee"),
        StageCosts.COLLECTION: N_("Collection costs"),
    }
)
RUN_STATES: Mapping[RunState, tuple[str, str]] = MappingProxyType(
    {
        RunState.FILLING: (N_("Being put together"), "wait"),
        RunState.PROPOSED: (N_("Proposal"), "wait"),
        RunState.CONFIRMED: (N_("Approved"), "good"),
        RunState.DISCARDED: (N_("Discarded"), "calm"),
    }
)
MESSAGE_STATES: Mapping[MessageState, tuple[str, str]] = MappingProxyType(
    {
        MessageState.NEW: (N_("Waiting"), "wait"),
        MessageState.CLAIMED: (N_("Waiting"), "wait"),
        MessageState.HANDING: (N_("Being sent"), "wait"),
        MessageState.SENT: (N_("Sent"), "good"),
        MessageState.DELIVERED: (N_("Delivered"), "good"),
        MessageState.BOUNCED: (N_("Came back"), "part"),
        MessageState.UNKNOWN: (N_("Not certain"), "part"),
        MessageState.SUPPRESSED: (N_("Kept back"), "calm"),
        MessageState.FAILED: (N_("Failed"), "part"),
        MessageState.EXPIRED: (N_("Too late"), "part"),
    }
)
PRINTED = N_("Printed")
NOTICE_STATES: Mapping[NoticeState, tuple[str, str]] = MappingProxyType(
    {
        NoticeState.PROPOSED: (N_("Waiting"), "wait"),
        NoticeState.LEFT_OUT: (N_("Left out"), "calm"),
        NoticeState.HELD_BACK: (N_("Kept back"), "calm"),
    }
)
REPORTS: Mapping[Report, str] = MappingProxyType(
    {
        Report.ACCEPTED: N_("Taken by the provider"),
        Report.SCHEDULED: N_("Planned by the provider"),
        Report.QUEUED: N_("Waits at the provider"),
        Report.SENDING: N_("Being sent"),
        Report.SENT: N_("Sent"),
        Report.CANCELED: N_("Stopped"),
        Report.FAILED: N_("Failed"),
        Report.UNDELIVERED: N_("Not delivered"),
        Report.DELIVERED: N_("Delivered"),
    }
)
SEGMENTS: Mapping[str, str] = MappingProxyType({"person": N_("Persons"), "company": N_("Companies")})
# Their detail is how a stage writes, as `CHANNELS` names it.
WITH_CHANNEL = (Reason.NO_CHANNEL, Reason.OTHER_WAY)
# Their detail is the day from which they are no reason any more.
WITH_DAY = (Reason.NOT_DUE_YET, Reason.TERM_RUNNING, Reason.GAP, Reason.WEEK_FULL, Reason.PAUSED)


def whom(policy: DunningPolicy) -> str:
    """Return for whom a plan is: `Companies, Belgium`."""
    if policy.is_default:
        return str(gettext("All debtors whom no other plan fits"))
    if policy.is_by_hand:
        return str(gettext("Debtors who are put on it by hand"))
    segment = gettext(SEGMENTS[policy.segment]) if policy.segment else ""
    country = country_name(policy.country) if policy.country else ""
    return ", ".join(part for part in (segment, country) if part)


def reason(code: str) -> str:
    """Return why an invoice is left alone."""
    return str(gettext(REASONS.get(code, REASONS[Reason.UNKNOWN])))


def from_day(detail: str) -> str:
    """Return `from 27 Nov 2026` for the ISO date that some reasons carry."""
    return str(gettext("from %(day)s", day=day(date.fromisoformat(detail))))


def too_old(refusal: PaymentDataTooOld) -> str:
    """Return that no reminders go out, and of which day the payment data is."""
    newest = gettext("no day") if refusal.newest_on is None else day(refusal.newest_on)
    return str(gettext(refusal.sentence, **(refusal.values | {"day": newest})))


def day(value: date) -> str:
    """Return a short date."""
    return short_day(value, language())


def event(name: str) -> str:
    """Return what a text is called: First reminder."""
    return str(gettext(EVENTS[name].meaning)) if name in EVENTS else name


def channel(name: str) -> str:
    """Return what a way of writing is called."""
    return str(gettext(CHANNELS[name]))


def costs(what: StageCosts) -> str:
    """Return which costs a stage adds."""
    return str(gettext(COSTS[what]))


def added_by(stage: Stage | DunningStage) -> str:
    """Return what a stage adds: `Collection costs, interest`, or nothing."""
    parts = [costs(StageCosts(stage.costs))] if stage.costs else []
    parts += [gettext("interest")] if stage.adds_interest else []
    return ", ".join(parts)


def run_state(state: RunState) -> tuple[str, str]:
    """Return word and tone of a run's state."""
    word, tone = RUN_STATES[state]
    return gettext(word), tone


def message_state(state: MessageState, *, channel: str = "") -> tuple[str, str]:
    """Return word and tone of a message's state; what a letter waits for is that somebody posts it."""
    word, tone = MESSAGE_STATES[state]
    if channel == "letter" and state is MessageState.HANDING:
        word = PRINTED
    return gettext(word), tone


def notice_state(row: NoticeRow) -> tuple[str, str]:
    """Return word and tone of what became of a debtor in a run: their message's state, once there is one."""
    if row.message_state is not None:
        return message_state(row.message_state, channel=row.channel)
    word, tone = NOTICE_STATES[row.state]
    return gettext(word), tone


def report(status: Report) -> str:
    """Return what a provider reported of a message."""
    return str(gettext(REPORTS[status]))
