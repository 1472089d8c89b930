"""The stand-in for Twilio against Twilio's public API description.

The description itself (twilio_api_v2010.json) is not at hand in tests; the classes that Twilio generates from
it are, in its client library, and they are what is compared here: the fields that can be sent and listed, the
fields of an answer and their types, the states of a message, and how an error is read. The sizes (1,600
characters, 36,000 seconds) stand in the description's prose only and are checked by nothing but the fake.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import signature
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.base.page import Page
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance, MessageList

from collections_portal.hooks import TELLING
from messaging.providers.twilio_errors import REMEDIES
from messaging.sms_models import Report
from tests.fakes.twilio import FIELDS, FORM, LIST_FIELDS, REFUSALS, FakeTwilio

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
NOT_TEXT: dict[str, object] = {
    "send_at": MOMENT,
    "date_sent": MOMENT,
    "date_sent_before": MOMENT,
    "date_sent_after": MOMENT,
    "persistent_action": ["x"],
    "media_url": ["x"],
    "page_size": 2,
    "page_number": 1,
}
MESSAGE = {"To": "+31612345678", "From": "Voltwerk", "Body": "x"}


class _Recorder:
    """The HTTP side of Twilio's client: keeps what would be sent."""

    def __init__(self) -> None:
        self.sent: set[str] = set()

    def request(self, method: str, url: str, params: Any = None, data: Any = None, **_: Any) -> Response:
        self.sent |= set(data or {}) | set(params or {})
        page = {"messages": [], "page": 0, "page_size": 50, "uri": "/", "start": 0, "end": 0}
        return Response(201 if method == "POST" else 200, json.dumps(page))


class _Asked(dict[str, Any]):
    """An answer that notes which of its fields the client asks for."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as twilio:
        yield twilio


def sent_by(call: str) -> set[str]:
    """Return all fields that the client sends when every argument of a call is given."""
    line = _Recorder()
    messages = Client("AC1", "token", http_client=line, environment={"": ""}).messages
    names = [name for name in signature(getattr(MessageList, call)).parameters if name != "self"]
    getattr(messages, call)(**{name: NOT_TEXT.get(name, "x") for name in names})
    return line.sent


def post(twilio: FakeTwilio, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Post a form to the fake without the client; return status and answer."""
    address = f"{twilio.base_url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    headers = {"Content-Type": FORM, "Authorization": twilio.authorization}
    try:
        with urlopen(Request(address, urlencode(fields).encode(), headers), timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_it_knows_the_fields_a_message_is_created_with_and_no_other() -> None:
    assert sent_by("create") == FIELDS


def test_it_knows_the_fields_messages_are_listed_by_and_no_other() -> None:
    assert sent_by("page") == LIST_FIELDS


def test_a_field_that_twilio_does_not_know_is_refused(twilio: FakeTwilio) -> None:
    for unknown in ("to", "Sender", "StatusCallbackUrl", "Validity"):
        status, answer = post(twilio, MESSAGE | {unknown: "x"})
        assert (status, answer["code"]) == (400, 21621)
    assert post(twilio, MESSAGE)[0] == 201


def test_an_answer_has_every_field_and_each_of_its_type(twilio: FakeTwilio) -> None:
    asked = _Asked(twilio.create(MESSAGE))
    read = MessageInstance(None, asked, account_sid="AC1")
    assert set(asked) == asked.names
    texts = {
        "body",
        "num_segments",
        "direction",
        "from",
        "to",
        "status",
        "sid",
        "price_unit",
        "uri",
        "num_media",
    }
    assert all(isinstance(asked[name], str) for name in texts)
    assert isinstance(read.date_created, datetime)
    assert isinstance(read.subresource_uris, dict)
    assert (read.error_code, read.price, read.date_sent) == (None, None, None)


def test_a_page_of_the_list_holds_what_the_client_reads(twilio: FakeTwilio) -> None:
    twilio.create(MESSAGE)
    listed = twilio.listed({})
    assert set(listed) - {"messages"} <= Page.META_KEYS
    client = Client(twilio.account_sid, twilio.auth_token, environment={"": ""})
    client.api.base_url = twilio.base_url
    assert [one.sid for one in client.messages.list()] == [one["sid"] for one in twilio.messages]


def test_our_states_are_twilios() -> None:
    theirs = {value for name, value in vars(MessageInstance.Status).items() if name.isupper()}
    assert set(TELLING) <= theirs
    # What people send us, and the receipts of WhatsApp, are not about an SMS of ours.
    assert theirs - set(TELLING) == {"receiving", "received", "read", "partially_delivered"}


def test_a_later_state_ranks_above_an_earlier_one() -> None:
    life = [Report.ACCEPTED, Report.QUEUED, Report.SENDING, Report.SENT, Report.FAILED, Report.DELIVERED]
    assert sorted(life, key=lambda one: one.rank) == life


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_an_error_has_the_shape_the_client_reads(twilio: FakeTwilio, code: int) -> None:
    twilio.faults.queue.append(code)
    client = Client(twilio.account_sid, twilio.auth_token, environment={"": ""})
    client.api.base_url = twilio.base_url
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(to="+31612345678", from_="Voltwerk", body="x")
    refusal = REFUSALS[code]
    assert (raised.value.status, raised.value.code) == (refusal.status, code)
    assert refusal.message in raised.value.msg


def test_every_number_with_a_remedy_that_twilio_answers_with_can_be_tried() -> None:
    only_reported = {30001, 30003, 30004, 30005, 30006, 30007, 30008}
    assert set(REMEDIES) - only_reported <= set(REFUSALS)
