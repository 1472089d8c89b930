"""What can become of a message that is handed to a provider, and what a provider is.

There are five ends and no sixth: it was taken, it was refused, it certainly was not handed over, nobody can
know, or we kept it back ourselves. `Unknown` is never retried without a look; see `docs/decisions/`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self, TypeVar, runtime_checkable

BeforeHanding = Callable[[], bool]
"""Called at the last moment at which the message can still be kept: False keeps it.

Until it has returned True nothing can have arrived, so what it stores is true: a crash after it means doubt,
a crash before it means that nothing was sent.
"""


class Remedy(StrEnum):
    """What follows from a refusal."""

    RETRY = "retry"
    GIVE_UP = "give_up"
    COUNTRY_CLOSED = "country_closed"
    CONTACT_DEAD = "contact_dead"
    OPTED_OUT = "opted_out"
    CHANNEL_PAUSES = "channel_pauses"
    CHANNEL_STOPS = "channel_stops"


# What is refused is our account or sender, whatever the message was.
OF_THE_CHANNEL = frozenset({Remedy.CHANNEL_PAUSES, Remedy.CHANNEL_STOPS})


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. `provider_id` is its own name for the message, empty if it gave none."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider said no, so nothing was sent.

    `code` is its number (550, 21610), `enhanced` the mail server's status (5.1.1), `reason` its words.
    """

    remedy: Remedy
    code: int | None
    enhanced: str | None
    reason: str

    @property
    def permanent(self) -> bool:
        """Whether the same message to the same contact can never succeed."""
        return self.remedy in {
            Remedy.GIVE_UP,
            Remedy.COUNTRY_CLOSED,
            Remedy.CONTACT_DEAD,
            Remedy.OPTED_OUT,
        }

    @property
    def contact_dead(self) -> bool:
        """Whether the address or number does not exist (any more)."""
        return self.remedy is Remedy.CONTACT_DEAD


@dataclass(frozen=True, slots=True)
class NotHanded:
    """The provider was not reached, or asked to wait: nothing was sent. `retry_after` is its wish, if any.

    `is_too_fast` says that we sent more than it takes.
    """

    reason: str
    retry_after: timedelta | None = None
    is_too_fast: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The line broke after the handing: it may have arrived. A second handing may be a second message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """`before_handing` said no; nothing was sent."""


Outcome = Sent | Refused | NotHanded | Unknown | Withheld


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """An e-mail: where bounces go, who gets it, and its bytes with CRLF (see `messaging.mail`)."""

    sender: str
    recipient: str
    message: bytes


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """An SMS: an E.164 number, a prepared text (see `messaging.sms`), how long it may wait in the provider's
    queue, and by what message (its public id) and attempt its state is reported."""

    recipient: str
    text: str
    valid_for: timedelta | None = None
    public_id: str = ""
    attempt: int = 0


Carried_contra = TypeVar("Carried_contra", contravariant=True)


class Provider(Protocol[Carried_contra]):
    """One open way out, for one thread; a context manager that keeps its connection for a batch."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def hand_over(self, message: Carried_contra, *, before_handing: BeforeHanding) -> Outcome:
        """Hand one message over in two steps. Raises only what `before_handing` raises."""
        ...


@runtime_checkable
class Patient(Protocol):
    """A provider that may wait long for an answer, and lets somebody know."""

    def tell_of_waiting(self, told: Callable[[], object]) -> None:
        """Call `told` before an answer is waited for, and every few seconds while it is."""
        ...


class ListUnavailable(Exception):
    """The provider's list of messages could not be read; whether a message was sent is still not known."""


@runtime_checkable
class Finder(Protocol):
    """A provider that can be asked what it has."""

    def find(
        self, *, recipient: str, containing: str, created_after: datetime, but_not: Collection[str] = ()
    ) -> str | None:
        """Return the provider's name for the message to `recipient` with these words, or None when it has
        none, or only those named in `but_not`. Raises ListUnavailable."""
        ...
