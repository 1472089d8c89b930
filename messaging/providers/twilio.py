"""SMS by Twilio's own client. Sending is not idempotent there (error 20500): doubt is an outcome of its own.

201 is sent. 429, unless its number stops the account, and a line that never stood are "nothing was sent".
5xx, a time-out and a cut line are "nobody knows": `find` asks Twilio's list before anything is sent again.
Importing this module takes half a second and 15 MB, so that is left until the first SMS.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ssl import SSLCertVerificationError
from types import TracebackType
from typing import Any, Self

from requests import Session
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from messaging.providers.outcomes import (
    OF_THE_CHANNEL,
    BeforeHanding,
    ListUnavailable,
    NotHanded,
    Outcome,
    OutgoingSms,
    Refused,
    Remedy,
    Sent,
    Unknown,
    Withheld,
)
from messaging.providers.twilio_errors import REMEDIES, is_too_fast

_VALIDITY = (timedelta(seconds=6), timedelta(seconds=36_000))
_API = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Whose account sends, and from what: a number (E.164) or a name in `sender`, or a messaging service.

    `reports_to` returns the address at which what becomes of an attempt is reported, from a message's public
    id and the attempt. `base_url` is Twilio's address unless a test or a proxy stands in its place.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str | None = None
    messaging_service_sid: str | None = None
    reports_to: Callable[[str, int], str] | None = None
    base_url: str = _API
    connect_timeout: float = 10.0
    read_timeout: float = 30.0

    def __post_init__(self) -> None:
        if bool(self.sender) == bool(self.messaging_service_sid):
            raise ValueError("Set a sender or a messaging service, one of the two.")


class TwilioProvider:
    """Twilio's client with one kept session; for one thread."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._line = _Line((account.connect_timeout, account.read_timeout))
        # The client would read a region and an edge from the process's environment; it gets an empty one.
        self._client = Client(
            account.account_sid, account.auth_token, http_client=self._line, environment={"": ""}
        )
        self._client.api.base_url = account.base_url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def hand_over(self, message: OutgoingSms, *, before_handing: BeforeHanding) -> Outcome:
        """Hand one SMS over. Raises only what `before_handing` raises; then nothing was sent."""
        if not before_handing():
            return Withheld()
        try:
            created = self._client.messages.create(**self._fields(message))
        except RequestException as error:
            return _broken(error)
        except TwilioException as error:
            return _refused(error, retry_after=self._line.retry_after)
        except ValueError as error:
            # 201 with words that are not JSON: it was taken, but its name is lost.
            return Unknown(_words_of(error))
        return Sent(created.sid or "")

    def find(
        self, *, recipient: str, containing: str, created_after: datetime, but_not: Collection[str] = ()
    ) -> str | None:
        """Return Twilio's name of the message to `recipient` (E.164) whose text contains `containing`.

        This is the look before a doubtful message is sent again: `containing` is the token of its link,
        `created_after` (aware) a moment before its handing, `but_not` the names of messages known to be
        others. None when it is not in the list. Raises `ListUnavailable`.
        """
        try:
            # The list is newest first. It is not asked by DateSent, which a message still in the queue lacks.
            for message in self._client.messages.stream(to=recipient, page_size=50):
                if message.date_created < created_after:
                    return None
                if containing in (message.body or "") and message.sid not in but_not:
                    return str(message.sid)
        except (RequestException, TwilioException, ValueError) as error:
            raise ListUnavailable(_words_of(error)) from error
        return None

    def _fields(self, message: OutgoingSms) -> dict[str, Any]:
        fields: dict[str, Any] = {"to": message.recipient, "body": message.text}
        if self._account.sender:
            fields["from_"] = self._account.sender
        else:
            fields["messaging_service_sid"] = self._account.messaging_service_sid
        if self._account.reports_to is not None and message.public_id:
            fields["status_callback"] = self._account.reports_to(message.public_id, message.attempt)
        if message.valid_for is not None:
            shortest, longest = _VALIDITY
            fields["validity_period"] = int(min(max(message.valid_for, shortest), longest).total_seconds())
        return fields


class _Line:
    """The HTTP side of the client: time-outs, no retries, no redirects, and nothing in the log.

    Twilio's own one logs the fields of each request, and with them the key in the link.
    """

    def __init__(self, timeouts: tuple[float, float]) -> None:
        self._timeouts = timeouts
        self._session = Session()
        self.retry_after: timedelta | None = None

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        answer = self._session.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=self._timeouts,
            allow_redirects=False,
        )
        wait = answer.headers.get("Retry-After", "")
        self.retry_after = timedelta(seconds=int(wait)) if wait.isdecimal() else None
        return Response(answer.status_code, answer.text)

    def close(self) -> None:
        self._session.close()


def _refused(error: Exception, *, retry_after: timedelta | None) -> Outcome:
    status = int(getattr(error, "status", 0) or 0)
    code = int(getattr(error, "code", 0) or 0)
    if not 400 <= status < 500:
        return Unknown(_words_of(error))
    remedy = REMEDIES.get(code, Remedy.CHANNEL_STOPS if status in {401, 403} else Remedy.GIVE_UP)
    # The daily limit of the account is a 429 as well, and no wait of seconds ends it.
    if status == 429 and remedy not in OF_THE_CHANNEL:
        return NotHanded(_words_of(error), retry_after, is_too_fast=is_too_fast(code))
    return Refused(remedy, code or status, None, _words_of(error))


def _broken(error: RequestException) -> Outcome:
    """Tell a line that never stood (nothing was sent) from one that broke (nobody knows)."""
    inner = error.args[0] if error.args else None
    cause = inner.reason if isinstance(inner, MaxRetryError) else inner
    distrusted = isinstance(next(iter(getattr(cause, "args", ())), None), SSLCertVerificationError)
    if isinstance(error, ConnectTimeout) or isinstance(cause, NewConnectionError) or distrusted:
        return NotHanded(_words_of(error))
    return Unknown(_words_of(error))


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]
