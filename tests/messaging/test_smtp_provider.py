"""SMTP: two steps, and a name for every way it can end."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from collections_portal.carriers import carriers_of
from collections_portal.config import Config
from messaging.providers import smtp_session
from messaging.providers.outcomes import NotHanded, OutgoingMail, Refused, Remedy, Sent, Unknown, Withheld
from messaging.providers.smtp import Encryption, SmtpProvider, SmtpServer
from tests.fakes.smtp import PASSWORD, USERNAME, SmtpSink

DEPLOYMENT = {
    "PORTAL_URL": "https://pay.voltwerk.example",
    "PORTAL_SECRET_KEYS": "7f3c9ab1d5e8420496bfa1c2d3e4f506",
    "PORTAL_LINK_KEYS": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "MAIL_FROM": "portal@voltwerk.example",
    "SMTP_HOST": "127.0.0.1",
    "SMTP_ENCRYPTION": "tls",
}
MESSAGE = b"Subject: Hello\r\nMessage-ID: <1@a.test>\r\n\r\nFirst\r\n.\r\n..two\r\nLast\r\n"


def mail(recipient: str = "zoe@example.org", message: bytes = MESSAGE) -> OutgoingMail:
    return OutgoingMail(sender="bounce@voltwerk.nl", recipient=recipient, message=message)


def server_of(sink: SmtpSink, **changes: object) -> SmtpServer:
    settings = {"host": "127.0.0.1", "port": sink.port, "ca_file": str(sink.ca_file), "timeout": 5.0}
    return SmtpServer(**(settings | changes))  # type: ignore[arg-type]


class Gate:
    """What is asked before the final dot; remembers how often, and what the sink had by then."""

    def __init__(self, sink: SmtpSink, *, opens: bool = True) -> None:
        self._sink = sink
        self._opens = opens
        self.had: list[int] = []

    def __call__(self) -> bool:
        self.had.append(len(self._sink.received))
        return self._opens


@pytest.fixture(params=[True, False], ids=["pipelining", "one by one"])
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmtpSink]:
    with SmtpSink(tmp_path, pipelining=request.param) as sink:
        yield sink


@pytest.fixture
def gate(sink: SmtpSink) -> Gate:
    return Gate(sink)


@pytest.fixture
def provider(sink: SmtpSink) -> Iterator[SmtpProvider]:
    with SmtpProvider(server_of(sink)) as provider:
        yield provider


def test_a_message_arrives_byte_for_byte_over_an_encrypted_line(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate
) -> None:
    assert provider.hand_over(mail(), before_handing=gate) == Sent("00000001")
    (received,) = sink.received
    assert received.content == MESSAGE
    assert (received.sender, received.recipients) == ("bounce@voltwerk.nl", ("zoe@example.org",))
    assert received.encrypted


def test_nothing_has_arrived_when_the_gate_is_asked(provider: SmtpProvider, gate: Gate) -> None:
    provider.hand_over(mail(), before_handing=gate)
    provider.hand_over(mail(), before_handing=gate)
    assert gate.had == [0, 1]


def test_a_batch_keeps_one_session(sink: SmtpSink, provider: SmtpProvider, gate: Gate) -> None:
    provider.hand_over(mail(), before_handing=gate)
    opened = sink.connections
    for _ in range(20):
        assert isinstance(provider.hand_over(mail(), before_handing=gate), Sent)
    assert sink.connections == opened
    assert len(sink.received) == 21


def test_a_shut_gate_sends_nothing_and_the_next_message_goes(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate
) -> None:
    assert provider.hand_over(mail(), before_handing=Gate(sink, opens=False)) == Withheld()
    assert sink.received == []
    assert isinstance(provider.hand_over(mail("next@example.org"), before_handing=gate), Sent)
    assert [received.recipients for received in sink.received] == [("next@example.org",)]


def test_a_gate_that_fails_sends_nothing(sink: SmtpSink, provider: SmtpProvider, gate: Gate) -> None:
    def broken() -> bool:
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError, match="the database is gone"):
        provider.hand_over(mail(), before_handing=broken)
    assert sink.received == []
    assert isinstance(provider.hand_over(mail(), before_handing=gate), Sent)


@pytest.mark.parametrize(
    ("answer", "remedy", "enhanced"),
    [
        ("450 4.2.1 Mailbox busy", Remedy.RETRY, "4.2.1"),
        ("451 4.7.1 Greylisted, try again later", Remedy.RETRY, "4.7.1"),
        ("550 5.1.1 No such user", Remedy.CONTACT_DEAD, "5.1.1"),
        ("550 5.2.1 Mailbox disabled", Remedy.CONTACT_DEAD, "5.2.1"),
        ("550 No such user here", Remedy.CONTACT_DEAD, None),
        ("552 5.2.2 Mailbox full", Remedy.RETRY, "5.2.2"),
        ("550 5.2.2 Mailbox full", Remedy.RETRY, "5.2.2"),
        ("550 5.4.4 Host not found", Remedy.RETRY, "5.4.4"),
        ("550 5.7.1 Not accepted here", Remedy.GIVE_UP, "5.7.1"),
        ("554 5.7.1 Spam", Remedy.GIVE_UP, "5.7.1"),
        ("530 5.7.0 Authentication required", Remedy.CHANNEL_STOPS, "5.7.0"),
    ],
)
def test_a_refused_recipient_has_a_remedy_and_the_session_lives_on(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate, answer: str, remedy: Remedy, enhanced: str | None
) -> None:
    provider.hand_over(mail(), before_handing=gate)
    sink.faults.at_recipient.append(answer)
    assert provider.hand_over(mail(), before_handing=gate) == Refused(
        remedy, int(answer[:3]), enhanced, answer[4:]
    )
    assert isinstance(provider.hand_over(mail("next@example.org"), before_handing=gate), Sent)
    assert [received.recipients for received in sink.received] == [
        ("zoe@example.org",),
        ("next@example.org",),
    ]
    assert gate.had == [0, 1]


@pytest.mark.parametrize(
    ("where", "answer", "remedy"),
    [
        ("at_mail", "550 5.1.8 Bad sender domain", Remedy.GIVE_UP),
        ("at_mail", "550 5.1.1 Nobody", Remedy.GIVE_UP),
        ("at_mail", "451 4.3.0 Later", Remedy.RETRY),
        ("at_data", "451 4.3.0 Later", Remedy.RETRY),
        ("at_data", "554 5.5.1 No", Remedy.GIVE_UP),
        ("at_dot", "451 4.3.0 Later", Remedy.RETRY),
        ("at_dot", "550 5.7.1 Content refused", Remedy.GIVE_UP),
        ("at_dot", "552 5.3.4 Too big", Remedy.RETRY),
    ],
)
def test_a_refusal_at_any_step_is_certain(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate, where: str, answer: str, remedy: Remedy
) -> None:
    getattr(sink.faults, where).append(answer)
    outcome = provider.hand_over(mail(), before_handing=gate)
    assert isinstance(outcome, Refused)
    assert (outcome.remedy, outcome.code) == (remedy, int(answer[:3]))
    assert sink.received == []
    assert len(gate.had) == (1 if where == "at_dot" else 0)
    assert isinstance(provider.hand_over(mail(), before_handing=gate), Sent)


def test_a_line_cut_after_the_dot_is_unknown(sink: SmtpSink, provider: SmtpProvider, gate: Gate) -> None:
    sink.faults.at_dot.append("cut")
    assert isinstance(provider.hand_over(mail(), before_handing=gate), Unknown)
    assert len(sink.received) == 1
    assert isinstance(provider.hand_over(mail(), before_handing=gate), Sent)


@pytest.mark.parametrize("where", ["at_mail", "at_recipient"])
def test_a_line_cut_before_the_dot_is_certainly_not_sent(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate, where: str
) -> None:
    getattr(sink.faults, where).append("cut")
    assert isinstance(provider.hand_over(mail(), before_handing=gate), NotHanded)
    assert gate.had == []
    assert sink.received == []


def test_a_server_that_hung_up_on_an_idle_session_is_called_again(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate
) -> None:
    provider.hand_over(mail(), before_handing=gate)
    sink.stop()
    sink.start()
    assert isinstance(provider.hand_over(mail(), before_handing=gate), Sent)
    assert len(sink.received) == 2


def test_a_server_that_is_away_is_not_handed_anything(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate
) -> None:
    sink.stop()
    assert isinstance(provider.hand_over(mail(), before_handing=gate), NotHanded)
    assert gate.had == []


def test_a_server_that_hangs_up_at_once_is_not_handed_anything(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate
) -> None:
    sink.faults.cut_connections = 1
    assert isinstance(provider.hand_over(mail(), before_handing=gate), NotHanded)
    assert gate.had == []


def test_a_certificate_of_somebody_else_stops_the_channel(sink: SmtpSink, gate: Gate) -> None:
    with SmtpProvider(server_of(sink, ca_file=None)) as provider:
        outcome = provider.hand_over(mail(), before_handing=gate)
    assert isinstance(outcome, Refused)
    assert outcome.remedy is Remedy.CHANNEL_STOPS
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.reason
    assert sink.received == []


def test_a_server_without_encryption_gets_nothing_unless_it_is_switched_off(tmp_path: Path) -> None:
    with SmtpSink(tmp_path, starttls=False) as sink:
        gate = Gate(sink)
        with SmtpProvider(server_of(sink, ca_file=None)) as strict:
            refused = strict.hand_over(mail(), before_handing=gate)
        with SmtpProvider(server_of(sink, ca_file=None, encryption=Encryption.NONE)) as open_line:
            sent = open_line.hand_over(mail(), before_handing=gate)
    assert isinstance(refused, Refused)
    assert refused.remedy is Remedy.CHANNEL_STOPS
    assert isinstance(sent, Sent)
    assert not sink.received[0].encrypted


def test_a_server_that_speaks_tls_from_the_first_byte_gets_mail(tmp_path: Path) -> None:
    """Through the configuration, as an operator writes it."""
    with SmtpSink(tmp_path, tls=True) as sink:
        gate = Gate(sink)
        where = {"SMTP_PORT": str(sink.port), "SMTP_CA_FILE": str(sink.ca_file)}
        open_mail = carriers_of(Config.from_environment(DEPLOYMENT | where)).mail
        assert open_mail is not None
        with open_mail() as provider:
            assert isinstance(provider.hand_over(mail(), before_handing=gate), Sent)
        with SmtpProvider(server_of(sink, ca_file=None, encryption=Encryption.TLS)) as strict:
            refused = strict.hand_over(mail(), before_handing=gate)
    assert [received.encrypted for received in sink.received] == [True]
    assert isinstance(refused, Refused)
    assert refused.remedy is Remedy.CHANNEL_STOPS


def test_a_wrong_password_stops_the_channel_and_a_right_one_sends(tmp_path: Path) -> None:
    with SmtpSink(tmp_path, login=True) as sink:
        gate = Gate(sink)
        with SmtpProvider(server_of(sink, username=USERNAME, password="wrong")) as stranger:
            refused = stranger.hand_over(mail(), before_handing=gate)
        with SmtpProvider(server_of(sink, username=USERNAME, password=PASSWORD)) as portal:
            sent = portal.hand_over(mail(), before_handing=gate)
    assert isinstance(refused, Refused)
    assert (refused.remedy, refused.code) == (Remedy.CHANNEL_STOPS, 535)
    assert isinstance(sent, Sent)


def test_a_password_is_not_in_what_is_printed() -> None:
    assert "s3cret" not in repr(SmtpServer("mail.test", password="s3cret"))


@pytest.mark.parametrize(
    "recipient", ["a@b.nl>\r\nRCPT TO:<c@d.nl", "a@b.nl\r\nDATA", "a b@c.nl", "zoë@b.nl"]
)
def test_an_address_with_a_trick_in_it_never_reaches_the_server(
    sink: SmtpSink, provider: SmtpProvider, gate: Gate, recipient: str
) -> None:
    outcome = provider.hand_over(mail(recipient), before_handing=gate)
    assert isinstance(outcome, Refused)
    assert outcome.contact_dead
    assert sink.received == []
    assert gate.had == []


def scripted(
    answers: dict[bytes, bytes | None], *, slow: float = 0.0, slow_dot: float = 0.0
) -> tuple[int, Callable[[], None]]:
    """Serve one connection with a line for each command by its first four letters; None says nothing more.

    Each answer takes `slow` seconds, that to the dot `slow_dot` more.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as line:
            time.sleep(slow)
            line.write(b"220 hello\r\n")
            in_data = False
            for command in line:
                answer = (
                    b""
                    if in_data and command != b".\r\n"
                    else answers.get(command[:4].strip().upper(), b"250 OK")
                )
                if answer is None:
                    threading.Event().wait(0.8)
                    return
                in_data = answer.startswith(b"354") or (in_data and command != b".\r\n")
                if answer:
                    time.sleep(slow + (slow_dot if command == b".\r\n" else 0))
                    line.write(answer + b"\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def finish() -> None:
        thread.join(5)
        listener.close()

    return listener.getsockname()[1], finish


def test_a_server_that_never_answers_the_dot_is_unknown_after_the_time_out() -> None:
    port, finish = scripted({b"DATA": b"354 go on", b".": None})
    server = SmtpServer("127.0.0.1", port, encryption=Encryption.NONE, timeout=2, dot_timeout=0.3)
    with SmtpProvider(server) as provider:
        assert isinstance(provider.hand_over(mail(), before_handing=lambda: True), Unknown)
    finish()


def test_the_answer_to_the_dot_may_take_longer_than_any_other() -> None:
    port, finish = scripted({b"DATA": b"354 go on"}, slow_dot=0.6)
    server = SmtpServer("127.0.0.1", port, encryption=Encryption.NONE, timeout=0.4, dot_timeout=5)
    with SmtpProvider(server) as provider:
        assert isinstance(provider.hand_over(mail(), before_handing=lambda: True), Sent)
    finish()
    assert SmtpServer("mail.example").dot_timeout == 600


def test_of_a_slow_server_somebody_hears_from_the_greeting_to_the_dot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp_session, "BEAT", 0.05)
    port, finish = scripted({b"DATA": b"354 go on"}, slow=0.2)
    server = SmtpServer("127.0.0.1", port, encryption=Encryption.NONE, timeout=2)
    heard: list[float] = []
    with SmtpProvider(server) as provider:
        provider.tell_of_waiting(lambda: heard.append(time.monotonic()))
        assert isinstance(provider.hand_over(mail(), before_handing=lambda: True), Sent)
    finish()
    assert max(after - before for before, after in pairwise(heard)) < 0.2
    # Greeting, EHLO, MAIL, RCPT, DATA and the dot.
    assert heard[-1] - heard[0] > 5 * 0.2


def test_a_server_that_never_answers_the_envelope_is_not_handed_anything() -> None:
    port, finish = scripted({b"MAIL": None})
    server = SmtpServer("127.0.0.1", port, encryption=Encryption.NONE, timeout=0.3)
    with SmtpProvider(server) as provider:
        assert isinstance(provider.hand_over(mail(), before_handing=lambda: True), NotHanded)
    finish()


def test_a_server_that_asks_for_words_after_refusing_the_recipient_gets_none() -> None:
    port, finish = scripted(
        {b"EHLO": b"250-test\r\n250 PIPELINING", b"RCPT": b"550 5.1.1 Nobody", b"DATA": b"354 go on"}
    )
    server = SmtpServer("127.0.0.1", port, encryption=Encryption.NONE, timeout=2)
    with SmtpProvider(server) as provider:
        outcome = provider.hand_over(mail(), before_handing=lambda: True)
    assert isinstance(outcome, Refused)
    assert outcome.contact_dead
    finish()
