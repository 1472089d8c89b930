"""What the pages of the desk call states, kinds and channels, in the language of the request."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from babel import Locale
from flask_babel import gettext

from core.refusals import N_
from core.web.languages import LOCALES, country_name, language
from invoices.lists import InvoiceRow, Owing, Standing
from invoices.models import Channel, ContactState, DebtorKind
from invoices.names import plain
from links.models import AccessLink
from messaging.opting import REASONS
from messaging.sms_models import OptOutSource, SendingAlarm
from reactions.models import ActionState, CloseReason
from reactions.queries.views import View

Word = tuple[str, str]
"""A word and the tone of its tag: wait, part, good or calm."""

VIEWS: Mapping[View, str] = MappingProxyType(
    {
        View.NEEDS_ANSWER: N_("Needs an answer"),
        View.OVERDUE: N_("Answer overdue"),
        View.MINE: N_("Assigned to me"),
        View.UNASSIGNED: N_("Not assigned"),
        View.PROMISES_DUE: N_("Promises due"),
        View.CLOSED: N_("Closed"),
    }
)
ACTION_STATES: Mapping[ActionState, Word] = MappingProxyType(
    {
        ActionState.NEW: (N_("New"), "wait"),
        ActionState.IN_PROGRESS: (N_("In progress"), "wait"),
        ActionState.CLOSED: (N_("Closed"), "calm"),
    }
)
CLOSE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        CloseReason.ANSWERED: N_("Answered"),
        CloseReason.ACCEPTED: N_("Agreed with the debtor"),
        CloseReason.REJECTED: N_("Did not agree with the debtor"),
        CloseReason.PAID: N_("The invoices were paid"),
        CloseReason.PROMISE_KEPT: N_("The debtor paid as promised"),
        CloseReason.PROMISE_BROKEN: N_("The promised day passed without payment"),
    }
)
CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        Channel.EMAIL: N_("E-mail"),
        Channel.SMS: N_("SMS"),
        Channel.PHONE: N_("Telephone"),
        Channel.LETTER: N_("Letter"),
    }
)
CAME_BY: Mapping[str, str] = MappingProxyType(
    {
        Channel.EMAIL: N_("Link in an e-mail"),
        Channel.SMS: N_("Link in an SMS"),
        Channel.LETTER: N_("Code in a letter"),
    }
)
DEBTOR_KINDS: Mapping[str, str] = MappingProxyType(
    {DebtorKind.PERSON: N_("Person"), DebtorKind.COMPANY: N_("Company")}
)
CONTACT_STATES: Mapping[ContactState, str] = MappingProxyType(
    {ContactState.FAILED: N_("Does not work"), ContactState.OPTED_OUT: N_("Wants no messages here")}
)
OWING: Mapping[Owing, str] = MappingProxyType(
    {
        Owing.OPEN: N_("Open invoices"),
        Owing.OVERDUE: N_("Past due"),
        Owing.NOTHING: N_("Nothing open"),
    }
)
STANDING: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.OPEN: N_("Open"),
        Standing.OVERDUE: N_("Past due"),
        Standing.EXEMPT: N_("Left alone by dunning"),
        Standing.SETTLED: N_("Settled"),
    }
)
STATE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "link_ended": N_("The link in it no longer works."),
        "contact_unusable": N_("The address or number cannot be used."),
        "contact_changed": N_("The address or number was changed after this was written."),
        "settled": N_("The invoices in it are paid."),
        "withdrawn": N_("The invoices in it were withdrawn."),
        "exempt": N_("A reaction to the invoices is being handled."),
        "paused": N_("Reminders to this debtor wait."),
        "week_full": N_("The debtor got enough messages this week."),
        "no_address": N_("The postal address of the debtor is not complete."),
        "not_posted": N_("It was not posted, and made again."),
        "taken_out": N_("It was taken out of the printed letters and not posted."),
        "no_invoice": N_("There is no invoice left in it."),
        "text_too_far": N_(
            "The invoice that this text was for needs it no more. The next run writes about the others."
        ),
        "too_late": N_("It would have come too late."),
        "not_rendered": N_("Its text could not be made."),
        "not_handed": N_("The provider could not be reached."),
        "line_cut": N_("The line broke while it was handed over. It may have arrived."),
        "retry": N_("The provider could not take it yet."),
        "give_up": N_("The provider refused it."),
        "contact_dead": N_("The address or number does not exist."),
        "opted_out": N_("The receiver wants no messages."),
        "ask": N_("We ask the provider whether it was sent."),
        "not_answered": N_(
            "The provider does not tell whether it was sent. See whether it arrived before you send it again."
        ),
        "country_closed": N_("The provider does not send to this country."),
        "country_not_allowed": N_("Your organisation does not send SMS to this country."),
        "daily_limit": N_("The number of SMS for one day is reached. It waits for the next day."),
        "worker_lost": N_("The worker stopped while it had the message in hand."),
        "program_error": N_("A mistake in the portal keeps it from being sent."),
        "domain_is_busy": N_("Many messages go to its mail server, so it waits its turn."),
        "domain_rests": N_("Its mail server refused several of our messages, so it waits an hour."),
        "replaced": N_("It was sent another way instead."),
        "settled_by_person": N_("A person found out what became of it."),
        "restored": N_("It may have left after the backup was made."),
        "set_aside": N_("It was set aside after a backup was restored."),
        "channel_pauses": N_("The provider asks us to wait."),
        "channel_stops": N_("The provider does not let us in. Look at the settings of the installation."),
    }
)

_REFUSED = {
    "sms": N_("SMS wait: the provider refuses our account. We try again every 15 minutes."),
    "email": N_("E-mail waits: the mail server refuses our account. We try again every 15 minutes."),
}
_CONTACT_REASONS: Mapping[str, str] = {
    REASONS[OptOutSource.COMPLAINT]: N_("complained about a mail"),
    REASONS[OptOutSource.DEBTOR]: N_("said so on their own page"),
}
_FULL = N_("SMS wait: we sent as many as the provider allows in a day. They go on when it allows more.")
_CLOSED = N_("The provider sends no SMS to %(country)s. Ask who runs the portal to allow it there.")

# ZZ stands for an unknown region, EU, EZ, QO and UN for no country, XA and XB for tests.
NO_COUNTRIES = ("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ")


def view(value: View) -> str:
    """Return what a view of the inbox is called."""
    return _said(VIEWS[value])


def action_state(state: ActionState) -> Word:
    """Return word and tone of an action's state."""
    word, tone = ACTION_STATES[state]
    return _said(word), tone


def close_reason(reason: str | None) -> str:
    """Return why an action was closed."""
    return _said(CLOSE_REASONS[reason]) if reason and reason in CLOSE_REASONS else ""


def channel(value: str) -> str:
    """Return what a channel is called."""
    return _said(CHANNELS[value])


def came_by(value: Channel | None) -> str:
    """Return how a debtor came in."""
    return _said(CAME_BY[value]) if value and value in CAME_BY else str(gettext("Link"))


def debtor_kind(kind: DebtorKind) -> str:
    """Return `Person` or `Company`."""
    return _said(DEBTOR_KINDS[kind])


def language_name(code: str) -> str:
    """Return a language's name in the language of the request."""
    name = str(Locale.parse(LOCALES[language()]).languages.get(code, code))
    return name[:1].upper() + name[1:]


def countries() -> list[tuple[str, str]]:
    """Return (code, name) of every country, by name in the language of the request."""
    territories = Locale.parse(LOCALES[language()]).territories
    known = [(code, str(name)) for code, name in territories.items() if len(code) == 2 and code.isalpha()]
    return sorted((one for one in known if one[0] not in NO_COUNTRIES), key=lambda one: plain(one[1]))


def owing(value: Owing) -> str:
    """Return what debtors owe, as a filter says it."""
    return _said(OWING[value])


def standing(value: Standing) -> str:
    """Return where invoices stand, as a filter says it."""
    return _said(STANDING[value])


def contact_state(state: ContactState) -> str:
    """Return why a contact point is not used, or nothing when it is."""
    return _said(CONTACT_STATES[state]) if state in CONTACT_STATES else ""


def invoice_state(row: InvoiceRow, today: date) -> Word:
    """Return word and tone of where an invoice stands."""
    if row.is_withdrawn:
        return str(gettext("Withdrawn")), "calm"
    if not row.amount_open:
        return str(gettext("Settled")), "good"
    if row.amount_open < row.amount:
        return str(gettext("Partly paid")), "part"
    return (str(gettext("Past due")), "part") if row.due_on < today else (str(gettext("Not due yet")), "calm")


def link_state(link: AccessLink, now: datetime) -> Word:
    """Return word and tone of a link."""
    if link.revoked_at is not None:
        return str(gettext("Revoked")), "calm"
    return (str(gettext("Ended")), "calm") if link.expires_at <= now else (str(gettext("Works")), "good")


def state_reason(stored: str) -> str:
    """Return why a message is in its state, from `reason words of the provider`."""
    for codes, rest in ((stored, ""), stored.partition(" ")[::2]):
        known = [STATE_REASONS[code] for code in codes.split(", ") if code in STATE_REASONS]
        if known:
            return " ".join([*map(_said, known), *([f"({rest})"] if rest else [])])
    return stored


def contact_reason(stored: str) -> str:
    """Return why a contact point is not used; a provider's own words stay as they are."""
    return _said(_CONTACT_REASONS[stored]) if stored in _CONTACT_REASONS else stored


def alarm(one: SendingAlarm) -> str:
    """Return what is wrong with a sender, and the provider's words for who runs the portal."""
    kind, _, country = one.subject.partition(":")
    if kind == "country":
        said = gettext(_CLOSED, country=country_name(country))
    else:
        said = _said(_FULL if one.words.startswith("channel_pauses") else _REFUSED[one.channel])
    return f"{said} ({one.words})"


def _said(sentence: str) -> str:
    return str(gettext(sentence))
