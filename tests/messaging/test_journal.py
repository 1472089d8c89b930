"""What a worker was told and could not store: it wrote it down, so that nobody has to doubt it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from core.database import db
from messaging import delivery, settlement
from messaging.journal import LENGTH, Journal, Taken, journal_in
from messaging.models import MessageState
from messaging.settlement import Attempt, Settled
from tests.factories import NOW
from tests.messaging.outbox import Killed, Outbox

TAKEN = Taken("abc", 1, "4Xq2", NOW)


@pytest.fixture
def journal(outbox: Outbox) -> Journal:
    return journal_in(outbox.app.config["PORTAL"].var_dir)


def take_and_fail(outbox: Outbox, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let a provider take a message, and this happen before the database hears of it."""

    def fail(_attempt: Attempt, *_rest: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "keep_taken", fail)
        with pytest.raises(type(error)):
            outbox.deliver(worker="dead")
    db.session.rollback()


@pytest.mark.parametrize(("event", "is_collection"), [("reminder_1", True), ("invoice_link", False)])
def test_what_a_dead_worker_was_told_is_stored_by_the_next_one(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, event: str, is_collection: bool
) -> None:
    message = outbox.write(event=event, is_collection=is_collection)
    take_and_fail(outbox, monkeypatch, Killed())
    assert outbox.fresh(message).state is MessageState.HANDING
    outbox.pass_by(seconds=6)
    assert outbox.deliver() == {}
    kept = outbox.fresh(message)
    assert (kept.state, kept.sent_at, kept.claimed_by) == (MessageState.SENT, NOW, None)
    assert outbox.attempts(message) == [(1, "sent", "")]
    outbox.pass_by(hours=2)
    assert outbox.deliver() == {}
    assert len(outbox.sink.received) == 1


def test_twilios_name_of_an_sms_survives_too(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    message = outbox.write(outbox.debtor(sms="+31612345678"))
    take_and_fail(outbox, monkeypatch, Killed())
    outbox.pass_by(seconds=6)
    outbox.deliver()
    kept = outbox.fresh(message)
    assert (kept.state, kept.provider_id) == (MessageState.SENT, outbox.twilio.messages[0]["sid"])


def test_a_worker_whose_database_was_away_stores_it_before_it_sends_anything_else(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = outbox.write()
    take_and_fail(outbox, monkeypatch, OperationalError("", {}, Exception("gone")))
    second = outbox.write()
    assert outbox.deliver(worker="dead") == {"sent": 1}
    assert [outbox.fresh(one).state for one in (first, second)] == [MessageState.SENT] * 2
    assert len(outbox.sink.received) == 2


def test_no_lease_ends_between_the_journal_and_the_look_for_the_dead(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that was asleep wakes up between the two."""
    message = outbox.write()
    take_and_fail(outbox, monkeypatch, Killed())
    read = settlement.settle_taken

    def fall_asleep(journal: Journal, *, worker: str, now: datetime) -> int:
        settled = read(journal, worker=worker, now=now)
        outbox.pass_by(seconds=61)
        return settled

    monkeypatch.setattr(delivery, "settle_taken", fall_asleep)
    outbox.deliver()
    assert outbox.fresh(message).state is MessageState.HANDING
    outbox.deliver()
    assert outbox.fresh(message).state is MessageState.SENT


def test_one_that_cannot_be_stored_holds_up_no_other(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    message = outbox.write()
    take_and_fail(outbox, monkeypatch, Killed())
    another = outbox.write()

    def fail(*_of: object, **_changes: object) -> Settled:
        raise LookupError("no such thing")

    outbox.pass_by(seconds=61)
    with monkeypatch.context() as patched:
        patched.setattr(settlement, "settle", fail)
        assert outbox.deliver() == {"sent": 1}
    assert outbox.fresh(message).state is MessageState.UNKNOWN
    assert outbox.fresh(another).state is MessageState.SENT


def test_who_is_still_storing_it_is_left_in_peace(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    message = outbox.write()
    take_and_fail(outbox, monkeypatch, Killed())
    outbox.pass_by(seconds=4)
    outbox.deliver()
    assert outbox.fresh(message).state is MessageState.HANDING


@pytest.mark.parametrize(
    "line",
    [
        None,
        Taken("of another", 1, "", NOW),
        Taken("", 2, "", NOW),
    ],
)
def test_without_a_line_about_this_attempt_it_is_doubtful(
    outbox: Outbox, journal: Journal, monkeypatch: pytest.MonkeyPatch, line: Taken | None
) -> None:
    """As after a power failure, or on another host."""
    message = outbox.write()
    take_and_fail(outbox, monkeypatch, Killed())
    (path,) = journal.folder.iterdir()
    path.unlink()
    if line is not None:
        name = line.message or message.public_id
        journal.note("dead", Taken(name, line.attempt, line.provider_id, line.at))
    outbox.pass_by(seconds=61)
    assert outbox.deliver() == {}
    kept = outbox.fresh(message)
    assert (kept.state, kept.state_reason) == (MessageState.UNKNOWN, "worker_lost")


@pytest.mark.parametrize("words", [b"", b"[", b'["abc", 1]', b'["abc", "x", "", "y"]', b"{}", b"\xff\x00"])
def test_a_line_that_cannot_be_read_says_nothing(journal: Journal, words: bytes) -> None:
    journal.note("worker", TAKEN)
    (path,) = journal.folder.iterdir()
    path.write_bytes(words)
    assert journal.last_of("worker") is None


def test_a_shorter_line_leaves_nothing_of_a_longer_one(journal: Journal) -> None:
    journal.note("host:1:2/3", Taken("a" * 12, 10, "q" * 80, NOW))
    journal.note("host:1:2/3", TAKEN)
    (path,) = journal.folder.iterdir()
    assert (journal.last_of("host:1:2/3"), path.stat().st_size) == (TAKEN, LENGTH)
    assert path.stat().st_mode & 0o077 == 0
    assert journal.last_of("host:1:2") is None


def test_a_disk_that_refuses_stops_no_message(outbox: Outbox, journal: Journal) -> None:
    journal.folder.rmdir()
    message = outbox.write()
    assert outbox.deliver() == {"sent": 1}
    assert outbox.fresh(message).state is MessageState.SENT


def test_files_of_workers_long_gone_are_removed(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    journal.note("worker", TAKEN)
    (path,) = journal.folder.iterdir()
    assert journal.forget_older_than(NOW - timedelta(days=3650)) == 0
    assert path.exists()
    assert journal.forget_older_than(NOW + timedelta(days=3650)) == 1
    assert not path.exists()
