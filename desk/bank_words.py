"""What the pages of bank statements call formats, states and reasons."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext

from core.refusals import N_
from desk.words import Word
from invoices.statements.formats import StatementFormat
from invoices.statements.models import BankLine, BankStatement, IgnoreReason, LineState

FORMATS: Mapping[StatementFormat, str] = MappingProxyType(
    {
        StatementFormat.CAMT053: "CAMT.053",
        StatementFormat.MT940: "MT940",
        StatementFormat.CODA: "CODA",
        StatementFormat.TABLE: N_("CSV or Excel"),
    }
)
STATES: Mapping[LineState, Word] = MappingProxyType(
    {
        LineState.MATCHED: (N_("Booked"), "good"),
        LineState.SUGGESTED: (N_("To confirm"), "wait"),
        LineState.UNMATCHED: (N_("To settle"), "wait"),
        LineState.IGNORED: (N_("Laid aside"), "calm"),
    }
)
# Money of ours that came back: a person looks why.
CAME_BACK: Word = (N_("Came back"), "wait")
# A person looks whether it is the same payment once more.
MAY_BE_KNOWN: Word = (N_("Perhaps known"), "wait")
# What a member may choose; `outgoing` is the portal's own.
REASONS: Mapping[IgnoreReason, str] = MappingProxyType(
    {
        IgnoreReason.PAID_BACK: N_("It was or will be paid back"),
        IgnoreReason.NOT_OURS: N_("It is not about an invoice"),
        IgnoreReason.BOOKED_ELSEWHERE: N_("It was booked elsewhere"),
        IgnoreReason.OTHER: N_("Another reason"),
    }
)
OUTGOING = N_("Money that went out")


def format_name(statement: BankStatement) -> str:
    """Return what the format of a statement is called."""
    return str(gettext(FORMATS[statement.format]))


def state(line: BankLine) -> tuple[str, str]:
    """Return the word and the tone for where a line stands."""
    if line.ignore_reason == IgnoreReason.OUTGOING:
        return str(gettext(OUTGOING)), "calm"
    word, tone = _waits_because(line) or STATES[line.state]
    return str(gettext(word)), tone


def _waits_because(line: BankLine) -> Word | None:
    if line.state != LineState.UNMATCHED or line.amount < 0:
        return None
    if line.is_reversal:
        return CAME_BACK
    return MAY_BE_KNOWN if line.may_be_known else None


def reason(line: BankLine) -> str:
    """Return why a line was laid aside, or nothing."""
    if line.ignore_reason is None:
        return ""
    return str(gettext(REASONS.get(line.ignore_reason, OUTGOING)))
