"""A local stand-in for Twilio's REST API: messages are created and listed, and every request is checked.

Field names, sizes and the shape of answers are those of Twilio's public API description (2010-04-01, resource
Message), kept here as data. A request that the real one would refuse is refused here with the same number.
"""

import base64
import hmac
import json
import re
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

FIELDS = frozenset(
    """
    To StatusCallback ApplicationSid MaxPrice ProvideFeedback Attempt ValidityPeriod ForceDelivery
    ContentRetention AddressRetention SmartEncoded PersistentAction TrafficType ShortenUrls ScheduleType
    SendAt SendAsMms ContentVariables MessageIntent RiskCheck From FallbackFrom MessagingServiceSid Body
    MediaUrl ContentSid
    """.split()
)
LIST_FIELDS = frozenset("To From DateSent DateSent< DateSent> PageSize Page PageToken".split())
MAX_BODY = 1_600
VALIDITY = range(1, 36_001)
E164 = re.compile(r"\+[1-9]\d{6,14}")
SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")
SERVICE = re.compile(r"MG[0-9a-f]{32}")
CALLBACK = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/\S*)?")
SIGNATURE = "X-Twilio-Signature"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success, as Twilio gives it: HTTP status, its own number, its words."""

    status: int
    code: int
    message: str


REFUSALS = {
    20003: Refusal(401, 20003, "Authenticate"),
    20404: Refusal(404, 20404, "The requested resource was not found"),
    20429: Refusal(429, 20429, "Too Many Requests"),
    20500: Refusal(500, 20500, "Internal Server Error"),
    21211: Refusal(400, 21211, "Invalid 'To' Phone Number"),
    21408: Refusal(403, 21408, "Permission to send an SMS has not been enabled for the region"),
    21603: Refusal(400, 21603, "A 'From' phone number is required."),
    21604: Refusal(400, 21604, "A 'To' phone number is required."),
    21606: Refusal(400, 21606, "The 'From' phone number is not a valid, SMS-capable number"),
    21609: Refusal(400, 21609, "The 'StatusCallback' URL is not a valid URL."),
    21610: Refusal(400, 21610, "Attempt to send to unsubscribed recipient"),
    21611: Refusal(429, 21611, "This 'From' number has exceeded the maximum number of queued messages"),
    21614: Refusal(400, 21614, "'To' number is not a valid mobile number"),
    21617: Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit."),
    21619: Refusal(400, 21619, "A text message body or media urls must be specified."),
    21621: Refusal(400, 21621, "A field is not known."),
    21701: Refusal(400, 21701, "The Messaging Service SID is invalid"),
    30002: Refusal(403, 30002, "Account suspended"),
    63038: Refusal(429, 63038, "Account exceeded the 500 daily messages limit"),
    63021: Refusal(400, 63021, "ValidityPeriod is out of range."),
}


@dataclass
class Faults:
    """What goes wrong, once for each entry of `queue`: a number of `REFUSALS`, "cut", "500 after create",
    "cut after create" or "not json after create". Then `drawn` says for each message what does, if anything.
    `always` is by the recipient's number."""

    queue: deque[int | str] = field(default_factory=deque)
    drawn: Callable[[], int | str | None] = lambda: None
    always: dict[str, int] = field(default_factory=dict)
    retry_after: int | None = None


class FakeTwilio:
    """A context manager: the server runs inside it on `base_url`. `messages` holds what was created."""

    def __init__(self) -> None:
        self.account_sid = "AC" + secrets.token_hex(16)
        self.auth_token = secrets.token_hex(16)
        self.faults = Faults()
        self.messages: list[dict[str, Any]] = []
        self.requests: list[dict[str, str]] = []
        self.callbacks: dict[str, str] = {}
        self.list_lag = 0
        self.list_lag_seconds = 0.0
        self.away_seconds = 0.0
        self.created: dict[str, float] = {}
        self.lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def authorization(self) -> str:
        """The header by which the account is known."""
        login = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        return f"Basic {login}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def refusal_of(self, fields: dict[str, str]) -> int | None:
        """Return the number under which Twilio would refuse these fields, or None."""
        sender, service = fields.get("From", ""), fields.get("MessagingServiceSid", "")
        rules = (
            (bool(set(fields) - FIELDS), 21621),
            (not fields.get("To"), 21604),
            (not E164.fullmatch(fields.get("To", "")), 21211),
            (not sender and not service, 21603),
            (bool(sender) and not (E164.fullmatch(sender) or SENDER_NAME.fullmatch(sender)), 21606),
            (bool(service) and not SERVICE.fullmatch(service), 21701),
            (not fields.get("Body"), 21619),
            (len(fields.get("Body", "")) > MAX_BODY, 21617),
            ("StatusCallback" in fields and not CALLBACK.fullmatch(fields["StatusCallback"]), 21609),
            (not _in_validity(fields.get("ValidityPeriod", "36000")), 63021),
        )
        return next((code for broken, code in rules if broken), self.faults.always.get(fields.get("To", "")))

    def create(self, fields: dict[str, str]) -> dict[str, Any]:
        """Store a message and return it in the shape of Twilio's answer."""
        sid = "SM" + secrets.token_hex(16)
        now = format_datetime(datetime.now(UTC))
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}"
        message = {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": fields["Body"],
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": fields.get("From"),
            "messaging_service_sid": fields.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "0" if "MessagingServiceSid" in fields else "1",
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "accepted" if "MessagingServiceSid" in fields else "queued",
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": fields["To"],
            "uri": f"{path}.json",
        }
        with self.lock:
            self.messages.append(message)
            self.created[sid] = time.monotonic()
            self.callbacks[sid] = fields.get("StatusCallback", "")
        return message

    def report(self, message: dict[str, Any], status: str, code: int | None = None) -> int:
        """Tell the message's callback what became of it, as Twilio does; return the status of the answer."""
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "From": message["from"] or "",
            "MessageSid": message["sid"],
            "MessageStatus": status,
            "SmsSid": message["sid"],
            "SmsStatus": status,
            "To": message["to"],
        }
        return self.call(self.callbacks[message["sid"]], fields | ({"ErrorCode": str(code)} if code else {}))

    def reply(self, url: str, number: str, text: str, sid: str | None = None) -> int:
        """Pass on to `url` an SMS that somebody sent to our sender; return the status of the answer."""
        fields = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "Body": text,
            "From": number,
            "FromCountry": "NL",
            "MessageSid": sid or "SM" + secrets.token_hex(16),
            "NumMedia": "0",
            "NumSegments": "1",
            "To": "+3197010240000",
        }
        return self.call(url, fields)

    def call(self, url: str, fields: dict[str, str]) -> int:
        """Post a signed form, and return the status of the answer."""
        request = Request(url, urlencode(fields).encode(), {SIGNATURE: self.signature(url, fields)})
        try:
            with urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code

    def signature(self, url: str, fields: dict[str, str]) -> str:
        """Return Twilio's signature of a form, https://www.twilio.com/docs/usage/webhooks/webhooks-security."""
        words = url + "".join(name + fields[name] for name in sorted(fields))
        return base64.b64encode(hmac.digest(self.auth_token.encode(), words.encode(), "sha1")).decode()

    def listed(self, query: dict[str, str]) -> dict[str, Any]:
        """Return a page of the list, newest first; `list_lag` newest ones, or those of the last
        `list_lag_seconds`, are not in it yet."""
        size = int(query.get("PageSize", "50"))
        page = int(query.get("Page", "0"))
        with self.lock:
            before = time.monotonic() - self.list_lag_seconds
            seen = self.messages[: len(self.messages) - self.list_lag]
            seen = [message for message in seen if self.created[message["sid"]] <= before]
        wanted = [m for m in reversed(seen) if query.get("To", m["to"]) == m["to"]]
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages.json?PageSize={size}"
        more = len(wanted) > (page + 1) * size
        return {
            "messages": wanted[page * size : (page + 1) * size],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": min(len(wanted), (page + 1) * size) - 1,
            "uri": f"{path}&Page={page}",
            "first_page_uri": f"{path}&Page=0",
            "previous_page_uri": None,
            "next_page_uri": f"{path}&Page={page + 1}&To={query.get('To', '').replace('+', '%2B')}"
            if more
            else None,
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, twilio: FakeTwilio) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.twilio = twilio

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of the tests."""


def _in_validity(text: str) -> bool:
    return text.isdecimal() and int(text) in VALIDITY


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length).decode("utf-8")
        time.sleep(self._twilio.away_seconds)
        if not self._known() or self.headers.get("Content-Type") != FORM:
            self._refuse(20003 if not self._known() else 20404)
            return
        fields = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        with self._twilio.lock:
            self._twilio.requests.append(fields)
            faults = self._twilio.faults
            fault = faults.queue.popleft() if faults.queue else faults.drawn()
        if isinstance(fault, int):
            self._refuse(fault)
        elif fault == "cut":
            self._hang_up()
        elif (code := self._twilio.refusal_of(fields)) is not None:
            self._refuse(code)
        else:
            self._created(self._twilio.create(fields), fault)

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if not self._known():
            self._refuse(20003)
        elif set(query) - LIST_FIELDS:
            self._refuse(21621)
        elif self._twilio.faults.queue:
            self._refuse(int(self._twilio.faults.queue.popleft()))
        else:
            self._answer(200, json.dumps(self._twilio.listed(query)))

    @property
    def _twilio(self) -> FakeTwilio:
        assert isinstance(self.server, _Server)
        return self.server.twilio

    def log_message(self, *args: Any) -> None:
        """The tests' output stays clean."""

    def _known(self) -> bool:
        path = urlsplit(self.path).path
        right_path = path == f"/2010-04-01/Accounts/{self._twilio.account_sid}/Messages.json"
        return right_path and self.headers.get("Authorization") == self._twilio.authorization

    def _created(self, message: dict[str, Any], fault: str | None) -> None:
        if fault == "500 after create":
            self._refuse(20500)
        elif fault == "cut after create":
            self._hang_up()
        else:
            self._answer(201, "<html>" if fault == "not json after create" else json.dumps(message))

    def _refuse(self, code: int) -> None:
        refusal = REFUSALS[code]
        words = {
            "code": refusal.code,
            "message": refusal.message,
            "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
            "status": refusal.status,
        }
        self._answer(refusal.status, json.dumps(words))

    def _answer(self, status: int, text: str) -> None:
        content = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 429 and self._twilio.faults.retry_after is not None:
            self.send_header("Retry-After", str(self._twilio.faults.retry_after))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
