"""The drill: a backup under a running worker, a disaster, a restore by real processes, the release."""

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.database import db
from core.members.models import Member, Role
from core.organisations import restores
from core.organisations.models import Organisation
from core.transaction import reading, writing
from dunning import restoring
from invoices.importing.shelf import shelf_in
from invoices.models import Channel
from links import operations as links
from messaging import restored
from messaging.models import Message, MessageState
from messaging.queueing import queue
from messaging.restored_models import Decision
from tests import factories
from tests.backups.places import Place
from tests.faults.keeper import CONTEXT
from tests.faults.mail_sink import MailSink, Troubles, mail_sink

MESSAGES = 120
# So that the backup is made, and the disaster comes, in the midst of it; three threads send.
SLOW = Troubles(seconds=0.2)
UPLOADS = (b"Klantnummer;Naam\n1;Sanne\n", b"\x00\xff" * 70_000)
# Tables that the worker and the restore themselves write into.
MOVING = {
    "message_attempts",
    "sending_paces",
    "sending_alarms",
    "restores",
    "restored_messages",
    "audit_events",
}

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.timeout(300),
]


def test_a_backup_restored_elsewhere_sends_nothing_twice_and_nothing_before_the_release(
    here: Place, elsewhere: Place, tmp_path: Path
) -> None:
    backup = tmp_path / "portal.backup"
    with mail_sink(CONTEXT, tmp_path, SLOW) as sink:
        fill(here)
        uploads = shelve(here)
        rows = here.counts()
        with here.with_mail_to(sink.port).worker():
            wait_for(lambda: len(sink.taken()) >= MESSAGES // 6)
            made = here.portal("backup", backup)
            assert made.returncode == 0, made.stderr
            wait_for(lambda: len(sink.taken()) >= MESSAGES // 3)
        change_everything(here)
        left_before = recipients(sink)
    assert len(left_before) == len(set(left_before)) < MESSAGES

    done = elsewhere.portal("restore", backup)
    assert done.returncode == 0, done.stderr
    assert {name: number for name, number in elsewhere.counts().items() if name not in MOVING} == {
        name: number for name, number in rows.items() if name not in MOVING
    }
    assert {path.name: path.read_bytes() for path in (elsewhere.var / "imports").glob("*.upload")} == uploads
    assert f"{len(undecided(elsewhere))} messages may have left since" in done.stdout

    second = tmp_path / "second"
    second.mkdir()
    with mail_sink(CONTEXT, second) as sink:
        restored_place = elsewhere.with_mail_to(sink.port)
        with restored_place.worker() as worker:
            time.sleep(4)
            assert worker.poll() is None
        assert sink.taken() == []
        decide_and_release(elsewhere, left_before)
        with restored_place.worker():
            wait_for(lambda: len(sink.taken()) >= MESSAGES - len(left_before))
            time.sleep(1)
        assert sorted(left_before + recipients(sink)) == sorted(all_recipients())
    assert states(elsewhere) == {MessageState.SENT}


def fill(place: Place) -> None:
    """Queue a message with a link for each debtor of an organisation."""
    with place.opened(), writing():
        now = clock.now()
        owner = factories.organisation()
        factories.member(owner, role=Role.ADMINISTRATOR)
        creditor = factories.creditor(owner)
        for recipient in all_recipients():
            debtor = factories.debtor(owner)
            contact = factories.contact_point(debtor, value=recipient)
            link = links.issue(
                organisation=owner,
                debtor_id=debtor.id,
                contact_point_id=contact.id,
                channel=contact.channel,
                now=now,
            )
            queue(
                organisation_id=owner.id,
                dedupe_key=recipient,
                event="invoice_link",
                channel=Channel.EMAIL,
                language="nl",
                recipient=recipient,
                values={"creditor": "", "invoice_count": "1"},
                now=now,
                debtor_id=debtor.id,
                contact_point_id=contact.id,
                link_id=link.id,
                invoice_ids=[factories.invoice(debtor, creditor).id],
            )


def all_recipients() -> list[str]:
    """Return everybody's address."""
    return [f"sanne{number}@mail.example" for number in range(MESSAGES)]


def shelve(place: Place) -> dict[str, bytes]:
    """Keep uploaded files, and return their content by name."""
    shelf = shelf_in(place.var)
    return {shelf.keep(BytesIO(content)).name: content for content in UPLOADS}


def change_everything(place: Place) -> None:
    """Do what is not in the backup: no file and no name is as it was."""
    for path in (place.var / "imports").glob("*"):
        path.unlink()
    with place.opened(), writing():
        db.session.scalars(select(Organisation)).one().name = "Changed"


def undecided(place: Place) -> set[str]:
    """Return to whom the messages go that wait for a decision."""
    with place.opened(), reading():
        owner = db.session.scalars(select(Organisation)).one()
        restore = restores.open_restore(organisation_id=owner.id)
        assert restore is not None
        assert owner.name == "Voltwerk"
        pages = -(-restored.number_undecided(restore=restore) // restored.SIZE)
        return {
            row.message.recipient
            for page in range(1, pages + 1)
            for row in restored.undecided(restore=restore, page=page)
        }


def decide_and_release(place: Place, left: list[str]) -> None:
    """Say of each message what became of it, as the other mail server knows, and release."""
    with place.opened(), writing():
        owner, now = db.session.scalars(select(Organisation)).one(), clock.now()
        restore = restores.held_restore(organisation_id=owner.id)
        member = db.session.scalars(select(Member)).one()
        by: dict[str, Any] = {"member_id": member.id, "now": now}
        ids = db.session.scalars(select(Message.public_id).where(Message.recipient.in_(left))).all()
        restored.decide(restore=restore, decision=Decision.HAS_LEFT, public_ids=ids, **by)
        restored.decide(restore=restore, decision=Decision.SEND, public_ids=None, **by)
        restoring.release(organisation_id=owner.id, ends_links=True, stops_plans=True, **by)


def states(place: Place) -> set[MessageState]:
    """Return the states in which messages are."""
    with place.opened(), reading():
        return set(db.session.scalars(select(Message.state)))


def recipients(sink: MailSink) -> list[str]:
    """Return who got mail."""
    return [to for to, _name in sink.taken()]


def wait_for(is_so: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait until it is so."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "It did not come to that in time."
        time.sleep(0.02)
