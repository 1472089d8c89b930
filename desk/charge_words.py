"""What pages call costs and interest, and the reasons why nothing is added."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from flask_babel import gettext

from core.law.collecting import ChargeKind
from core.refusals import N_
from core.web.formats import short_day
from core.web.languages import language
from dunning.bills import Line, Omission, What, Why
from messaging.charge_models import Charge, ChargeEnd, includes_vat
from messaging.charges import ChargeLine
from messaging.models import MessageState

KINDS: Mapping[ChargeKind, str] = MappingProxyType(
    {
        ChargeKind.REMINDER_FEE: N_("Reminder fee"),
        ChargeKind.COLLECTION_COST: N_("Collection costs"),
        ChargeKind.PENALTY: N_("Compensation under the terms"),
        ChargeKind.DEMAND_FEE: N_("Fee of the payment demand"),
        ChargeKind.RECOVERY_SUM: N_("Fixed sum for late payment"),
        ChargeKind.INTEREST: N_("Interest"),
    }
)
WHATS: Mapping[What, str] = MappingProxyType(
    {What.COSTS: N_("No costs are added"), What.INTEREST: N_("No interest is added")}
)
WHYS: Mapping[Why, str] = MappingProxyType(
    {
        Why.NO_TERM: N_("no reminder with a term has arrived yet"),
        Why.TERM_RUNNING: N_("the term of the reminder still runs"),
        Why.FREE: N_("the law lets this reminder cost nothing"),
        Why.ASKED_BEFORE: N_("they are already in this or an earlier message"),
        Why.LAW_SILENT: N_("the portal knows no rule of law for it"),
        Why.OTHER_CURRENCY: N_("the law gives an amount in another currency"),
        Why.OBJECTED: N_("the debtor objected, and the law lets nothing be asked then"),
        Why.NOT_SAID: N_("the message does not say so: it is an SMS, or its text lacks ((charges))"),
        Why.NOTHING: N_("it comes to nothing"),
    }
)
ENDS: Mapping[ChargeEnd, tuple[str, str]] = MappingProxyType(
    {ChargeEnd.PAID: (N_("Paid"), "good"), ChargeEnd.LET_GO: (N_("Let go"), "calm")}
)
ON_THEIR_WAY = (MessageState.NEW, MessageState.CLAIMED, MessageState.HANDING)


def named(one: Charge | Line) -> str:
    """Return what a charge is called, and that VAT is in it where it is."""
    kind = str(gettext(KINDS[one.kind]))
    return str(gettext("%(what)s (incl. VAT)", what=kind)) if includes_vat(one.basis) else kind


def omission(one: Omission) -> str:
    """Return what is not added and why: `No costs are added: the term still runs (7 Dec 2026)`."""
    detail = one.detail
    if one.why in (Why.TERM_RUNNING, Why.LAW_SILENT) and detail:
        detail = short_day(date.fromisoformat(detail), language())
    told = f"{gettext(WHATS[one.what])}: {gettext(WHYS[one.why])}"
    return f"{told} ({detail})" if detail else told


def state(line: ChargeLine) -> tuple[str, str]:
    """Return word and tone of how it stands with a charge."""
    if line.charge.end_reason is not None:
        word, tone = ENDS[line.charge.end_reason]
        return gettext(word), tone
    if line.is_asked:
        return gettext("Asked"), "wait"
    if line.is_in_message and line.state in ON_THEIR_WAY:
        return gettext("On its way"), "wait"
    if line.is_in_message and line.state is MessageState.UNKNOWN:
        return gettext("Not certain"), "part"
    return gettext("Not asked"), "calm"
