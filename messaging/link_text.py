"""What a message says about its link, found when it is written: no link's key lies in the outbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging.models import Message


@dataclass(frozen=True, slots=True)
class LinkText:
    """What a message says about its link: the address, until when it works, and how long that is.

    On paper stand `site` and, after it, `code`: together the same address, to be typed.
    """

    url: str
    valid_until: datetime
    valid_for: timedelta
    site: str = ""
    code: str = ""


def has_link(message: Message) -> bool:
    """Return whether a message is about a link, a debtor's or a member's."""
    return message.link_id is not None or message.member_id is not None


LinksOf = Callable[[Sequence[Message]], Mapping[int, LinkText]]
"""What messages say about their links, debtors' or members', by the message's id; without those whose link
opens nothing."""
