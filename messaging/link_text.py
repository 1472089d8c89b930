"""What a message says about its link, found when it is written: no link's key lies in the outbox."""

from collections.abc import Callable
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


AddressOfLink = Callable[[Message], LinkText | None]
"""What a message says about its link, a debtor's or a member's; None when that opens nothing."""
