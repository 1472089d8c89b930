"""Which law a message stands under, and whether its text says what that law wants."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from core.clock import day_in
from core.database import db
from core.law.mentions import MentionMissing, mentions, missing
from core.law.rows import Book, Row, Segment, segment_of
from core.law.shelf import in_force
from core.law.terms import Way
from core.organisations.models import Organisation
from core.refusals import N_, Refusal
from invoices.models import Channel, Debtor, DebtorKind
from messaging.events import CHARGES, EVENTS, Part
from messaging.models import Message

BEGINS_TERM = frozenset(name for name, event in EVENTS.items() if "payment_term" in event.allowed[Part.BODY])


class MentionUnknown(Refusal):
    """The law wants a mention that the portal cannot fill in, such as a company number nobody entered."""

    sentence = N_("The law wants ((%(name)s)) in this message, and the portal has nothing to put there.")


class ChargesUnsaid(Refusal):
    """The message adds costs or interest, and its text does not name them."""

    sentence = N_("This message adds something, and its text does not say what: add ((charges)).")


class ChargesMissing(Refusal):
    """A plan adds costs or interest with the text, and the text would not say what."""

    sentence = N_(
        "The plan “%(plan)s” adds costs or interest with this text, so the text must say what: "
        "add ((%(name)s))."
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """Under which law a message stands: the book, the country, for whom, and the day."""

    book: Book
    country: str
    segment: Segment
    on: date

    def find(self, rule: str) -> Row | None:
        """Return the row of a rule; None when the law is silent."""
        return self.book.find(rule, country=self.country, segment=self.segment, on=self.on)

    def row(self, rule: str, **marks: str) -> Row:
        """Return the row of a rule. Raises LawSilent."""
        return self.book.row(rule, country=self.country, segment=self.segment, on=self.on, **marks)

    def unsaid(self, said: Collection[str]) -> tuple[MentionMissing, ...]:
        """Return a refusal for each mention that is not among the placeholders `said`."""
        return missing(book=self.book, country=self.country, segment=self.segment, on=self.on, said=said)


@dataclass(frozen=True, slots=True)
class Demands:
    """What a text has to say beside the placeholders that its message always needs.

    `grounds` is the law it is sent under where it begins a term, the organisation's own first; `charged_by`
    the name of a plan that adds costs or interest with it, or nothing.
    """

    grounds: tuple[Ground, ...]
    charged_by: str = ""

    def unsaid(self, *, event: str, said: Collection[str]) -> tuple[Refusal, ...]:
        """Return a refusal for each placeholder that is wanted and not among `said`, each of them once."""
        lacking: dict[str, Refusal] = {}
        for ground in self.grounds if event in BEGINS_TERM else ():
            for refusal in ground.unsaid(said):
                lacking.setdefault(refusal.values["name"], refusal)
        if self.charged_by and CHARGES not in said:
            lacking[CHARGES] = ChargesMissing(plan=self.charged_by, name=CHARGES)
        return tuple(lacking.values())

    def wanted(self, *, event: str) -> list[str]:
        """Return the names of those placeholders."""
        return [refusal.values["name"] for refusal in self.unsaid(event=event, said=())]


def way_of(channel: Channel) -> Way:
    """Return how a message over this channel travels, as the law of terms tells them apart."""
    return Way.LETTER if channel is Channel.LETTER else Way.ELECTRONIC


def ground_of_texts(
    *, organisation: Organisation, now: datetime, country: str = "", segment: Segment = Segment.CONSUMER
) -> Ground:
    """Return the law that texts are checked by: that of the organisation's country, unless told another."""
    return Ground(in_force(), country or organisation.country, segment, day_in(now, organisation.zone))


def check(*, event: str, said: Collection[str], values: Mapping[str, str], ground: Ground | None) -> None:
    """Refuse a message that lacks a mention, or has nothing to say there; others pass.

    Raises MentionMissing and MentionUnknown.
    """
    if event not in BEGINS_TERM or ground is None:
        return
    for refusal in ground.unsaid(said):
        raise refusal
    row = mentions(book=ground.book, country=ground.country, segment=ground.segment, on=ground.on)
    for name in row.words("names") if row else ():
        if not values.get(name, "").strip():
            raise MentionUnknown(name=name)


def ground_of(*, message: Message, organisation: Organisation, now: datetime) -> Ground | None:
    """Return the law a message to a debtor stands under: the debtor's country, else the organisation's."""
    if message.event not in BEGINS_TERM or message.debtor_id is None:
        return None
    debtor = db.session.get_one(Debtor, message.debtor_id)
    segment = segment_of(is_company=debtor.kind is DebtorKind.COMPANY)
    return ground_of_texts(organisation=organisation, now=now, country=debtor.country, segment=segment)
