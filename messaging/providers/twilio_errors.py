"""What follows from each of Twilio's numbers, whether it comes as an answer or in a later report.

https://www.twilio.com/docs/api/errors. What is not here is given up, and an answer of 401 or 403 without a
number we know stops the channel.
"""

from collections.abc import Mapping
from types import MappingProxyType

from messaging.providers.outcomes import Remedy

REMEDIES: Mapping[int, Remedy] = MappingProxyType(
    {
        20003: Remedy.CHANNEL_STOPS,  # credentials
        20404: Remedy.CHANNEL_STOPS,  # no such account
        20429: Remedy.RETRY,  # too many requests
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


def remedy_of(code: int | None) -> Remedy:
    """Return what follows from the number of a report; one we do not know is given up."""
    return REMEDIES.get(code or 0, Remedy.GIVE_UP)
