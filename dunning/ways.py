"""By which way a stage reaches a debtor: one of their contact points, a letter, or none at all. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dunning.schedule import LETTER, Stage
from invoices.models import Channel
from invoices.queries import UsableContact


@dataclass(frozen=True, slots=True)
class Way:
    """A contact point to write to; without one it is a letter to the postal address."""

    contact: UsableContact | None = None

    @property
    def channel(self) -> Channel:
        """The channel of the message."""
        return self.contact.channel if self.contact else Channel.LETTER


def way_for(stage: Stage, contacts: Sequence[UsableContact], *, has_address: bool) -> Way | None:
    """Return the first way in the stage's order that the debtor has, else None.

    `contacts` are those that can be used, the debtor's own choice first: that is the one a `preferred` stage
    takes, which never prints a letter.
    """
    for channel in stage.order:
        if channel == LETTER and has_address:
            return Way()
        for one in contacts:
            if one.channel.value == channel:
                return Way(one)
    return None if stage.order or not contacts else Way(contacts[0])
