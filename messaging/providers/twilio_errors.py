"""What follows from each of Twilio's numbers, whether it comes as an answer or in a later report.

https://www.twilio.com/docs/api/errors. What is not here is given up, and an answer of 401 or 403 without a
number we know stops the channel.
"""

from collections.abc import Mapping
from types import MappingProxyType

from messaging.providers.outcomes import Remedy

TOO_MANY_REQUESTS = 20429
REMEDIES: Mapping[int, Remedy] = MappingProxyType(
    {
        20003: Remedy.CHANNEL_STOPS,  # credentials
        20404: Remedy.CHANNEL_STOPS,  # no such account
        TOO_MANY_REQUESTS: Remedy.RETRY,
        21211: Remedy.CONTACT_DEAD,  # not a number
        21408: Remedy.COUNTRY_CLOSED,  # the account may not send to this country
        21606: Remedy.CHANNEL_STOPS,  # the sender's number is not ours
        21610: Remedy.OPTED_OUT,  # the recipient sent STOP
        21611: Remedy.RETRY,  # the sender's queue is full
        21614: Remedy.CONTACT_DEAD,  # not a mobile number
        30001: Remedy.RETRY,  # queue overflow
        30002: Remedy.CHANNEL_STOPS,  # account suspended
        30003: Remedy.RETRY,  # handset cannot be reached
        30004: Remedy.GIVE_UP,  # blocked
        30005: Remedy.CONTACT_DEAD,  # unknown handset
        30006: Remedy.CONTACT_DEAD,  # landline
        30007: Remedy.GIVE_UP,  # filtered by the carrier
        30008: Remedy.RETRY,  # unknown error
        63038: Remedy.CHANNEL_PAUSES,  # the account's daily limit
    }
)


def is_too_fast(code: int) -> bool:
    """Return whether an answer of 429 is about our own rate, as one without a number that we know is too.

    The others say how full something at Twilio is: the queue of the sender, the day of the account.
    """
    return code == TOO_MANY_REQUESTS or code not in REMEDIES


def remedy_of(code: int | None) -> Remedy:
    """Return what follows from the number of a report; one we do not know is given up."""
    return REMEDIES.get(code or 0, Remedy.GIVE_UP)
