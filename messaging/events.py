"""What the portal writes to people about: each event, the parts of its text and the placeholders in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.refusals import N_
from messaging.placeholders import Template, parse


class Part(StrEnum):
    """One text of a message; subject and body together are the e-mail."""

    SUBJECT = "subject"
    BODY = "body"
    SMS = "sms"


class Audience(StrEnum):
    """Who reads it; only people with invoices get the help block under the text."""

    DEBTOR = "debtor"
    MEMBER = "member"


class WhenDoubtful(StrEnum):
    """What follows when nobody can know whether an e-mail left: a person looks, or the same mail goes again.

    A second copy of a link or a receipt harms nobody, and mailboxes know it by its Message-ID. A reminder may
    begin a term in law, so whether it arrived is for a person to find out.
    """

    HOLD = "hold"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """One occasion to write: its name, its reader and, part by part, what may and what must be filled in.

    What goes `by_letter` has the parts of an e-mail there: the link's line becomes the code to scan or type.
    """

    name: str
    audience: Audience
    when_doubtful: WhenDoubtful
    meaning: str
    allowed: Mapping[Part, frozenset[str]]
    required: Mapping[Part, frozenset[str]]
    by_letter: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts this event has, in the order an editor shows them."""
        return tuple(self.allowed)

    def parse(self, part: Part, text: str) -> Template:
        """Return `text` as a template of this part.

        Raises `UnknownPlaceholder`, `PlaceholderNotAllowedHere`, `MissingPlaceholder` or `TemplateTooLong`.
        """
        return parse(
            text,
            allowed=self.allowed[part],
            required=self.required.get(part, frozenset()),
            known=frozenset(PLACEHOLDERS),
        )


PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "salutation": N_("The opening words: Dear Sanne. In an SMS only the first name."),
        "first_name": N_("The first name; empty for a company."),
        "organisation": N_("The name of your organisation."),
        "organisation_phone": N_("The telephone number of your organisation."),
        "organisation_email": N_("The e-mail address of your organisation."),
        "organisation_address": N_("The postal address of your organisation."),
        "organisation_registration": N_("The registration of your organisation, for example at a chamber."),
        "creditor": N_("In whose name the invoices are; empty when that is your organisation itself."),
        "invoice_count": N_("How many invoices there are, with the word: 2 open invoices."),
        "link": N_("The personal link with its key."),
        "link_valid_until": N_("The moment at which the link stops working. Short in an SMS."),
        "link_valid_for": N_("How long the link works: 14 days."),
        "reference": N_("The reference of the reaction."),
        "answer_by": N_("The day by which an answer comes; empty when no answer is needed."),
        "answer_text": N_("The answer that was written at the desk; empty when none was written."),
        "paused_invoices": N_("The numbers of the invoices for which no reminder goes for now."),
        "invited_by": N_("Who sent the invitation."),
        "charges": N_("What is added to the open amount, and the sum; empty when nothing is."),
        "amount_open": N_("What is open on the invoices together."),
        "invoice_list": N_("A line for each invoice: number, description, due date and open amount."),
        "creditor_name": N_("In whose name the invoices are, also when that is your organisation itself."),
        "creditor_number": N_("The company number of the creditor."),
        "payment_term": N_("The term, in the words that the law of the country wants."),
        "cost_after_term": N_("What it may cost after the term, computed by the country's law."),
        "interest": N_("The rate of interest and its first day; empty when no rate is known."),
        "objection": N_("How somebody can disagree, in a sentence."),
        "complaints_board": N_("Where somebody can complain, in countries with such a board."),
    }
)

_SENDER = frozenset(
    {
        "organisation",
        "organisation_phone",
        "organisation_email",
        "organisation_address",
        "organisation_registration",
    }
)
_PERSON = frozenset({"salutation", "first_name"})
_LINK = frozenset({"link", "link_valid_until", "link_valid_for"})

# A subject is shown on locked screens and kept in many logs, so it names the sender and never carries a link.
_SUBJECT = frozenset({"organisation", "creditor"})


# What a reminder adds is money, so never in an SMS.
CHARGES = "charges"

# What the law may want in a reminder that begins a term: sums and numbers, so never in an SMS.
_OF_THE_LAW = frozenset(
    {
        "amount_open",
        "invoice_list",
        "creditor_name",
        "creditor_number",
        "payment_term",
        "cost_after_term",
        "interest",
        "objection",
        "complaints_board",
    }
)


def _event(
    name: str,
    audience: Audience,
    meaning: str,
    *,
    when_doubtful: WhenDoubtful = WhenDoubtful.RESEND,
    own: frozenset[str],
    subject: frozenset[str] = frozenset(),
    not_in_sms: frozenset[str] = frozenset(),
    by_sms: bool = True,
    link_required: bool,
) -> MessageEvent:
    everything = _SENDER | _PERSON | _LINK | own
    allowed: dict[Part, frozenset[str]] = {
        Part.SUBJECT: (_SUBJECT & everything) | subject,
        Part.BODY: everything,
    }
    if audience is Audience.DEBTOR and by_sms:
        allowed[Part.SMS] = everything - not_in_sms - {"organisation_address", "organisation_registration"}
    required: dict[Part, frozenset[str]] = {
        part: frozenset({"link"}) for part in allowed if link_required and part is not Part.SUBJECT
    }
    return MessageEvent(
        name,
        audience,
        when_doubtful,
        meaning,
        MappingProxyType(allowed),
        MappingProxyType(required),
        by_letter="invoice_count" in own,
    )


def _about_invoices(name: str, meaning: str, when_doubtful: WhenDoubtful) -> MessageEvent:
    own = frozenset({"creditor", "invoice_count", CHARGES})
    return _event(
        name,
        Audience.DEBTOR,
        meaning,
        when_doubtful=when_doubtful,
        own=own,
        not_in_sms=frozenset({CHARGES}),
        link_required=True,
    )


EVENTS: Mapping[str, MessageEvent] = MappingProxyType(
    {
        event.name: event
        for event in (
            _about_invoices("invoice_link", N_("The first message with the link"), WhenDoubtful.RESEND),
            _about_invoices("reminder_1", N_("First reminder"), WhenDoubtful.HOLD),
            _about_invoices("reminder_2", N_("Second reminder"), WhenDoubtful.HOLD),
            _about_invoices("reminder_3", N_("Third reminder"), WhenDoubtful.HOLD),
            _event(
                "formal_notice",
                Audience.DEBTOR,
                N_("Reminder with a term"),
                when_doubtful=WhenDoubtful.HOLD,
                own=frozenset({"creditor", "invoice_count", CHARGES}) | _OF_THE_LAW,
                by_sms=False,
                link_required=True,
            ),
            _event(
                "reaction_received",
                Audience.DEBTOR,
                N_("A reaction was received"),
                own=frozenset({"creditor", "reference", "answer_by", "paused_invoices"}),
                subject=frozenset({"reference"}),
                not_in_sms=frozenset({"paused_invoices"}),
                link_required=False,
            ),
            _event(
                "action_closed",
                Audience.DEBTOR,
                N_("A reaction was answered"),
                own=frozenset({"creditor", "reference", "answer_text"}),
                subject=frozenset({"reference"}),
                not_in_sms=frozenset({"answer_text"}),
                link_required=False,
            ),
            _event(
                "password_reset",
                Audience.MEMBER,
                N_("A member asked for a new password"),
                own=frozenset(),
                link_required=True,
            ),
            _event(
                "member_invited",
                Audience.MEMBER,
                N_("A member is invited"),
                own=frozenset({"invited_by"}),
                link_required=True,
            ),
        )
    }
)
