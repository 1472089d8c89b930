"""What Twilio tells us, over real HTTP: taken when it is signed, refused when not, and never obeyed twice."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from sqlalchemy import select

from collections_portal.config import Sms
from collections_portal.jobs import deliver_messages
from core import clock, tenancy
from core.database import Base, db
from invoices.models import Channel, ContactPoint, ContactState
from links.operations import issue
from messaging.models import Message, MessageState
from messaging.queueing import queue
from messaging.sms_models import OptOut
from tests import factories
from tests.fakes.twilio import SIGNATURE, FakeTwilio
from tests.serving import Served

NUMBER = "+31612345678"
ROTATED = "the-token-before-this-one"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Line:
    """The portal and Twilio, each behind its own port of loopback."""

    portal: Served
    twilio: FakeTwilio

    @property
    def incoming(self) -> str:
        return f"{self.portal.url}/hooks/twilio/incoming"

    def send(self, number: str = NUMBER) -> Message:
        """Queue an SMS with a link and send it."""
        message = self.write(number)
        with self.portal.app.app_context():
            deliver_messages(self.portal.app)
        return message

    def write(self, number: str = NUMBER) -> Message:
        with self.portal.app.app_context(), tenancy.everywhere():
            owner = factories.organisation()
            debtor = factories.debtor(owner)
            contact = factories.contact_point(debtor, channel=Channel.SMS, value=number)
            now = clock.now() - timedelta(minutes=1)
            link = issue(
                organisation=owner,
                debtor_id=debtor.id,
                contact_point_id=contact.id,
                channel=Channel.SMS,
                now=now,
            )
            message = queue(
                organisation_id=owner.id, dedupe_key="one", event="invoice_link", channel=Channel.SMS,
                language="nl", recipient=number, values={"creditor": ""}, now=now, debtor_id=debtor.id,
                contact_point_id=contact.id, link_id=link.id,
            )  # fmt: skip
            db.session.commit()
            return message

    def fresh(self, message: Message) -> Message:
        with self.portal.app.app_context(), tenancy.everywhere():
            return db.session.scalars(select(Message).where(Message.id == message.id)).one()

    def contact(self, message: Message) -> tuple[ContactState, str]:
        with self.portal.app.app_context(), tenancy.everywhere():
            found = db.session.scalars(
                select(ContactPoint).where(ContactPoint.id == message.contact_point_id)
            ).one()
            return found.state, found.state_reason

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """Return all rows of all tables."""
        with self.portal.app.app_context(), tenancy.everywhere():
            tables = Base.metadata.sorted_tables
            return {
                table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=str)
                for table in tables
            }

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        request = Request(url, body, {"Content-Type": FORM} | headers)
        try:
            with urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code


@pytest.fixture
def line(serve: Callable[..., Served]) -> Iterator[Line]:
    with FakeTwilio() as twilio:
        sms = Sms(
            account_sid=twilio.account_sid,
            auth_tokens=(ROTATED, twilio.auth_token),
            from_number="Voltwerk",
            api_url=twilio.base_url,
        )
        yield Line(serve(sms=sms), twilio)


def test_a_report_reaches_the_message_it_is_about(line: Line) -> None:
    message = line.send()
    (created,) = line.twilio.messages
    assert line.twilio.report(created, "sent") == 204
    assert line.fresh(message).state is MessageState.SENT
    assert line.twilio.report(created, "delivered") == 204
    kept = line.fresh(message)
    assert (kept.state, kept.provider_id) == (MessageState.DELIVERED, created["sid"])
    assert kept.delivered_at is not None


def test_a_report_again_changes_no_row_at_all(line: Line) -> None:
    line.send()
    (created,) = line.twilio.messages
    line.twilio.report(created, "delivered")
    before = line.everything()
    for status in ("delivered", "sent", "delivered", "queued"):
        assert line.twilio.report(created, status) == 204
    after = line.everything()
    assert [table for table in before if before[table] != after[table]] == ["provider_events"]
    assert len(after["provider_events"]) == len(before["provider_events"]) + 2


def test_a_number_that_does_not_exist_is_marked_when_it_is_reported(line: Line) -> None:
    message = line.send()
    line.twilio.report(line.twilio.messages[0], "undelivered", 30005)
    kept = line.fresh(message)
    assert (kept.state, kept.state_reason) == (MessageState.BOUNCED, "contact_dead 30005")
    assert line.contact(message) == (ContactState.FAILED, "Twilio 30005")


def test_while_a_token_is_replaced_both_of_them_sign(line: Line) -> None:
    message = line.send()
    line.twilio.auth_token = ROTATED
    assert line.twilio.report(line.twilio.messages[0], "delivered") == 204
    assert line.fresh(message).state is MessageState.DELIVERED


def test_two_hundred_forged_reports_change_nothing(line: Line) -> None:
    line.send()
    (created,) = line.twilio.messages
    address, before = line.twilio.callbacks[created["sid"]], line.everything()
    statuses = {_forged(line, address, number) for number in range(200)}
    # 400 is the web server's word for a header with a control character.
    assert statuses <= {400, 403, 404}
    assert line.everything() == before


def _forged(line: Line, address: str, number: int) -> int:
    """Post one forgery: without signature, with another one, for another attempt, account or address."""
    stranger = FakeTwilio()
    fields = {"AccountSid": line.twilio.account_sid, "MessageSid": "SM1", "MessageStatus": "delivered"}
    signed = line.twilio.signature(address, fields)
    kinds: tuple[Callable[[], int], ...] = (
        lambda: line.post(address, _form(fields), {}),
        lambda: line.post(address, _form(fields), {SIGNATURE: secrets.token_urlsafe(20)}),
        lambda: line.post(address, _form(fields), {SIGNATURE: ""}),
        lambda: line.post(address, _form(fields | {"MessageStatus": "sent"}), {SIGNATURE: signed}),
        lambda: line.post(address[:-1] + ("0" if address[-1] != "0" else "1"), _form(fields), {}),
        lambda: stranger.call(address, fields),
        lambda: line.twilio.call(address, fields | {"AccountSid": stranger.account_sid}),
        lambda: line.twilio.call(address.replace("-1-", "-2-"), fields),
        lambda: line.post(line.incoming, _form({"From": NUMBER, "Body": "STOP"}), {SIGNATURE: signed}),
        lambda: line.post(address, b"\xff\xfe=%00&" * 20, {SIGNATURE: "\x7f" * 28}),
    )
    status = kinds[number % len(kinds)]()
    stranger._server.server_close()
    return status


def _form(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()


def test_a_missing_signature_is_refused_before_anything_is_looked_up(line: Line) -> None:
    assert line.post(line.incoming, b"From=%2B31612345678&Body=STOP", {}) == 403


def test_a_body_of_two_megabytes_is_refused(line: Line) -> None:
    line.send()
    address = line.twilio.callbacks[line.twilio.messages[0]["sid"]]
    before = line.everything()
    for url in (address, line.incoming):
        assert line.post(url, b"Body=" + b"x" * 2_000_000, {SIGNATURE: "x" * 28}) == 413
    assert line.everything() == before


def test_a_report_sent_from_a_browser_on_another_site_is_refused(line: Line) -> None:
    line.send()
    address = line.twilio.callbacks[line.twilio.messages[0]["sid"]]
    assert line.post(address, b"", {"Sec-Fetch-Site": "cross-site"}) == 403


def test_a_hook_gives_no_cookie_and_no_page(line: Line) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(line.incoming, b"", {"Cookie": "session=x"}), timeout=10)
    assert refused.value.headers["Set-Cookie"] is None
    assert refused.value.read() == b""
    refused.value.close()


def test_behind_a_proxy_the_configured_address_is_what_was_signed(
    make_app: Callable[..., Flask],
) -> None:
    with FakeTwilio() as twilio:
        sms = Sms(account_sid=twilio.account_sid, auth_tokens=(twilio.auth_token,), from_number="Voltwerk")
        app = make_app(public_url="https://pay.voltwerk.example", sms=sms)
        fields = {"AccountSid": twilio.account_sid, "From": NUMBER, "Body": "STOP", "MessageSid": "SM1"}
        for url, status in (
            ("https://pay.voltwerk.example/hooks/twilio/incoming", 200),
            ("http://pay.voltwerk.example/hooks/twilio/incoming", 403),
            ("http://10.0.0.7:8000/hooks/twilio/incoming", 403),
        ):
            headers = {SIGNATURE: twilio.signature(url, fields), "Host": "pay.voltwerk.example"}
            answer = app.test_client().post("/hooks/twilio/incoming", data=fields, headers=headers)
            assert answer.status_code == status


def test_stop_is_obeyed_for_everybody_who_knows_the_number_until_start(line: Line) -> None:
    first, second = line.write(), line.write()
    other = line.write("+31687654321")
    assert line.twilio.reply(line.incoming, NUMBER, "Stop.", sid="SM1") == 200
    for message in (first, second):
        assert line.contact(message) == (ContactState.OPTED_OUT, "STOP")
    assert line.contact(other) == (ContactState.USABLE, "")
    assert len(_opt_outs(line)) == 2
    with line.portal.app.app_context():
        deliver_messages(line.portal.app)
    assert [message["to"] for message in line.twilio.messages] == ["+31687654321"]
    assert line.twilio.reply(line.incoming, NUMBER, "START") == 200
    assert line.contact(first) == (ContactState.USABLE, "")
    assert _opt_outs(line) == []


def test_a_stop_played_back_after_start_is_old(line: Line) -> None:
    message = line.write()
    line.twilio.reply(line.incoming, NUMBER, "STOP", sid="SM1")
    line.twilio.reply(line.incoming, NUMBER, "START", sid="SM2")
    line.twilio.reply(line.incoming, NUMBER, "STOP", sid="SM1")
    assert line.contact(message) == (ContactState.USABLE, "")


@pytest.mark.parametrize(
    "text", ["Please stop calling", "Ik betaal morgen", "", "STOP START", json.dumps({})]
)
def test_other_words_change_nothing(line: Line, text: str) -> None:
    line.write()
    before = line.everything()
    assert line.twilio.reply(line.incoming, NUMBER, text) == 200
    assert line.everything() == before


def _opt_outs(line: Line) -> list[str]:
    with line.portal.app.app_context(), tenancy.everywhere():
        return list(db.session.scalars(select(OptOut.value)))


def test_a_contact_added_after_stop_is_not_written_to_either(line: Line) -> None:
    first = line.write()
    line.twilio.reply(line.incoming, NUMBER, "STOP")
    with line.portal.app.app_context(), tenancy.everywhere():
        contact = db.session.get_one(ContactPoint, first.contact_point_id)
        contact.state, contact.state_reason = ContactState.USABLE, ""
        db.session.commit()
        deliver_messages(line.portal.app)
    kept = line.fresh(first)
    assert (kept.state, kept.state_reason) == (MessageState.SUPPRESSED, "opted_out")
    assert line.twilio.requests == []
