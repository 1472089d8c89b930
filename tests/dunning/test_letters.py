"""Letters of a run: written instead of a mail, printed as one PDF, posted or made again."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.database import db
from dunning import operations
from dunning.models import DunningStage, StageChannel
from invoices.models import Channel, ContactPoint, ContactState, Debtor, Invoice
from invoices.pauses import pause
from links.models import AccessLink
from links.queries import link_behind
from messaging import posting, typesetting
from messaging.letter_models import LetterBatchState
from messaging.letter_shelf import LettersGone
from messaging.models import Message, MessageAttempt, MessageState
from tests.dunning.conftest import FRIDAY, Office, days
from tests.dunning.press import Press, code_on

HOME = {"street": "Dorpsstraat", "house_number": "12", "postcode": "1234 AB", "city": "Utrecht"}


@pytest.fixture
def press(app: Flask, tmp_path: Path) -> Press:
    """A worker that makes PDFs."""
    return Press(app, tmp_path)


@pytest.fixture
def printing(office: Office) -> Office:
    """An office whose first reminder is a letter, else an e-mail."""
    by_channel(office, StageChannel.LETTER_EMAIL)
    return office


def by_channel(office: Office, channel: StageChannel, **changes: Any) -> None:
    db.session.execute(
        update(DunningStage)
        .where(DunningStage.policy_id == office.policy.id)
        .values(channel=channel, **changes)
    )
    db.session.expire_all()


def at_home(office: Office, **changes: Any) -> tuple[Debtor, Invoice]:
    debtor = office.debtor(**(HOME | changes))
    return debtor, office.invoice(debtor)


def message_to(debtor: Debtor) -> Message:
    found = select(Message).where(Message.debtor_id == debtor.id).execution_options(populate_existing=True)
    return db.session.scalars(found).one()


def test_whoever_has_an_address_gets_a_letter_and_the_others_an_e_mail(
    printing: Office, press: Press
) -> None:
    (sanne, _), (bram, _) = at_home(printing), at_home(printing, postcode="")
    printing.run()
    letter, mail = message_to(sanne), message_to(bram)
    assert (letter.channel, letter.contact_point_id, letter.state) == (Channel.LETTER, None, MessageState.NEW)
    assert letter.recipient == "Dorpsstraat 12, 1234 AB Utrecht"
    assert (mail.channel, mail.letter_batch_id) == (Channel.EMAIL, None)
    assert press.print(FRIDAY) == 1
    assert press.batch().letters == 1
    assert message_to(sanne).state is MessageState.HANDING
    assert message_to(bram).state is MessageState.NEW


@pytest.mark.parametrize("missing", ["street", "postcode", "city", "last_name"])
def test_an_address_that_lacks_anything_is_none(printing: Office, missing: str) -> None:
    by_channel(printing, StageChannel.LETTER)
    _, invoice = at_home(printing, **{missing: " "})
    run = printing.run()
    assert printing.messages() == []
    assert printing.skips(run) == {invoice.id: ("no_channel", "letter")}


def test_a_stage_that_says_nothing_of_letters_prints_none(office: Office) -> None:
    debtor = office.debtor(with_email=False, **HOME)
    invoice = office.invoice(debtor)
    assert office.skips(office.run()) == {invoice.id: ("no_contact", "")}


def test_a_letter_is_the_last_resort_where_the_stage_says_so(office: Office) -> None:
    by_channel(office, StageChannel.EMAIL_SMS_LETTER)
    debtor, _ = at_home(office)
    db.session.execute(update(ContactPoint).values(state=ContactState.FAILED))
    office.run()
    assert message_to(debtor).channel is Channel.LETTER


def test_the_pdf_says_it_all_and_its_code_opens_the_page(printing: Office, press: Press, app: Flask) -> None:
    printing.organisation.postal_address = "Postbus 1\n1000 AA Amsterdam"
    sanne, invoice = at_home(printing, first_name="Sanne", last_name="Visser")
    other = printing.invoice(sanne, payment_reference="RF18 5390 0754 7034", due_on=date(2026, 10, 1))
    at_home(printing, first_name="Bram", last_name="de Boer", language="fr")
    printing.run()
    press.print(FRIDAY)
    pages = press.pages()
    assert len(pages) == 3
    assert pages[1] == ""
    assert press.batch().pages == 3
    first, _, second = pages
    for words in (
        "Voltwerk, Postbus 1, 1000 AA Amsterdam",
        "Sanne Visser Dorpsstraat 12 1234 AB Utrecht",
        "vrijdag 20 november 2026",
        f"{invoice.number} 25 okt 2026 {invoice.number} € 1.250,00",
        "1 okt 2026 RF18 5390 0754 7034 € 1.250,00",
        "Samen € 2.500,00",
        "Voltwerk · IBAN NL91 ABNA 0417 1643 00",
        "Scan de code met de camera van uw telefoon.",
        "1 · 1/1",
    ):
        assert words in first
    assert other.number in first
    assert "Bram de Boer" in second
    assert "Scannez le code" in second
    assert "2 · 1/1" in second
    assert "Visser" not in second
    keys = app.config["PORTAL"].link_keys
    pdf = press.shelf.read(press.batch())
    address = code_on(pdf, 1)
    link = link_behind(token=address.rpartition("/")[2], keys=keys, now=FRIDAY)
    assert (link.debtor_id, link.channel, link.contact_point_id) == (sanne.id, Channel.LETTER, None)
    typed = first.partition("localhost/k/")[2].split()[0]
    assert link_behind(token=typed, keys=keys, now=FRIDAY).id == link.id
    assert code_on(pdf, 3) != address


def test_no_key_stays_in_the_database(printing: Office, press: Press) -> None:
    sanne, _ = at_home(printing)
    printing.run()
    press.print(FRIDAY)
    message = message_to(sanne)
    typed = press.pages()[0].partition("localhost/k/")[2].split()[0]
    assert "[link]" in message.body
    assert "Dorpsstraat 12" in message.body
    assert typed not in message.body
    assert message.subject.startswith("Herinnering")
    assert len(message.sent_sha256) == 64


def test_the_same_letters_are_the_same_bytes(printing: Office, press: Press) -> None:
    at_home(printing)
    printing.run()
    press.print(FRIDAY)
    batch = press.batch()
    first, digest = press.shelf.read(batch), batch.sha256
    again(printing, press)
    press.print(FRIDAY)
    assert (press.batch().edition, press.batch().sha256) == (2, digest)
    assert press.shelf.read(press.batch()) == first


def again(office: Office, press: Press) -> None:
    batch = press.batch()
    posting.make_again(
        batch=batch, edition=batch.edition, shelf=press.shelf, member_id=office.agent.id, now=FRIDAY
    )
    db.session.commit()


def posted(office: Office, press: Press, on: date = FRIDAY.date(), now: Any = FRIDAY) -> None:
    batch = press.batch()
    posting.mark_posted(batch=batch, edition=batch.edition, posted_on=on, member_id=office.agent.id, now=now)
    db.session.commit()


def test_posted_letters_are_sent_on_that_day(printing: Office, press: Press) -> None:
    sanne, _ = at_home(printing)
    printing.run()
    press.print(FRIDAY)
    posted(printing, press, now=FRIDAY + days(1))
    message = message_to(sanne)
    assert message.state is MessageState.SENT
    assert message.sent_at is not None
    assert message.sent_at.date() == FRIDAY.date()
    assert (press.batch().state, press.batch().posted_on) == (LetterBatchState.POSTED, FRIDAY.date())
    assert db.session.scalars(select(MessageAttempt.outcome)).all() == ["sent"]
    with pytest.raises(posting.LettersOvertaken):
        again(printing, press)


def test_the_next_stage_follows_after_a_letter_as_after_a_mail(printing: Office, press: Press) -> None:
    _, invoice = at_home(printing)
    printing.run()
    press.print(FRIDAY)
    early = printing.propose(FRIDAY + days(2))
    assert printing.skips(early)[invoice.id][0] == "message_waiting"
    operations.discard(run=early, member_id=None, now=FRIDAY + days(2))
    posted(printing, press)
    later = printing.propose(FRIDAY + days(14))
    assert [line.stage_position for line in printing.lines(later)] == [2]


@pytest.mark.parametrize("wrong", [FRIDAY.date() - days(1), FRIDAY.date() + days(1)])
def test_a_day_before_the_letters_or_to_come_is_refused(printing: Office, press: Press, wrong: date) -> None:
    at_home(printing)
    printing.run()
    press.print(FRIDAY)
    with pytest.raises(posting.PostedOnAnotherDay):
        posted(printing, press, wrong)


def test_a_term_that_would_be_too_short_is_refused(printing: Office, press: Press) -> None:
    by_channel(printing, StageChannel.LETTER, event="formal_notice")
    at_home(printing)
    printing.run()
    press.print(FRIDAY)
    assert "binnen 14 dagen, te rekenen vanaf de dag nadat u" in press.pages()[0]
    with pytest.raises(posting.TermWouldBeTooShort):
        posted(printing, press, FRIDAY.date() + days(1), FRIDAY + days(1))
    posted(printing, press, now=FRIDAY + days(1))


def test_a_belgian_term_by_letter_begins_three_working_days_later(printing: Office, press: Press) -> None:
    by_channel(printing, StageChannel.LETTER, event="formal_notice")
    printing.organisation.country = printing.organisation.register_number = "BE"
    printing.creditor.company_number = "0123.456.749"
    at_home(printing, country="BE", language="nl")
    printing.run()
    press.print(FRIDAY)
    # Friday 20, third working day Wednesday 25, and fourteen days from then on.
    assert "uiterlijk op dinsdag 8 december 2026" in press.pages()[0]


def test_letters_made_again_leave_out_what_was_settled_since(printing: Office, press: Press) -> None:
    (sanne, paid), (bram, _) = at_home(printing), at_home(printing)
    left = printing.invoice(sanne)
    printing.run()
    press.print(FRIDAY)
    assert paid.number in press.pages()[0]
    printing.hold_off(paid.id)
    db.session.commit()
    old = press.shelf._path_of(press.batch().public_id, 1)
    again(printing, press)
    assert not old.exists()
    assert message_to(bram).state is MessageState.NEW
    press.print(FRIDAY + days(1))
    first = press.pages()[0]
    assert left.number in first
    assert paid.number not in first
    assert "zaterdag 21 november 2026" in first
    assert db.session.scalars(select(MessageAttempt.outcome)).all() == ["not_posted"] * 2
    assert message_to(bram).attempt == 2


def test_what_may_not_leave_is_not_printed_and_says_why(printing: Office, press: Press) -> None:
    (sanne, first), (bram, _), (carla, _) = at_home(printing), at_home(printing), at_home(printing)
    (dirk, _) = at_home(printing)
    printing.run()
    printing.hold_off(first.id)
    db.session.commit()
    pause(
        organisation=printing.organisation,
        debtor_id=bram.id,
        reason="ill",
        ends_on=FRIDAY.date() + days(9),
        member_id=printing.agent.id,
        now=FRIDAY,
    )
    carla.city = ""
    db.session.execute(
        update(AccessLink)
        .where(AccessLink.debtor_id == dirk.id)
        .values(revoked_at=FRIDAY, revoke_reason="by hand")
    )
    db.session.commit()
    press.print(FRIDAY)
    reasons = {one.id: message_to(one).state_reason for one in (sanne, bram, carla, dirk)}
    assert reasons == {sanne.id: "exempt", bram.id: "paused", carla.id: "no_address", dirk.id: "link_ended"}
    assert press.batch().state is LetterBatchState.EMPTY
    with pytest.raises(LettersGone):
        press.shelf.read(press.batch())


def test_a_worker_that_died_leaves_no_doubt(printing: Office, press: Press) -> None:
    sanne, _ = at_home(printing)
    printing.run()
    press.print(FRIDAY)
    batch = press.batch()
    batch.state, batch.leased_until = LetterBatchState.MAKING, FRIDAY + timedelta(minutes=15)
    batch.sha256, batch.dated_on = "", None
    db.session.commit()
    assert press.print(FRIDAY + timedelta(minutes=14)) == 0
    assert press.print(FRIDAY + timedelta(minutes=16)) == 1
    assert (press.batch().edition, press.batch().letters) == (2, 1)
    assert message_to(sanne).state is MessageState.HANDING


def test_a_pdf_that_was_changed_on_the_disk_is_not_given_out(printing: Office, press: Press) -> None:
    at_home(printing)
    printing.run()
    press.print(FRIDAY)
    batch = press.batch()
    path = press.shelf._path_of(batch.public_id, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(LettersGone):
        press.shelf.read(batch)
    assert press.shelf.forget_older_than(FRIDAY - days(9000)) == 0
    assert press.shelf.forget_older_than(FRIDAY + days(9000)) == 1


def test_a_letter_that_cannot_be_set_is_put_aside_and_the_others_go_out(
    printing: Office, press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sanne, _), (bram, _), (carla, _) = (at_home(printing) for _ in range(3))
    bram.last_name = "Unprintable"
    sensitive = tmp_path / "letter.typ"
    found = 'one.address.first().contains("Unprintable")'
    check = f'#for one in data.letters {{ assert(not {found}, message: "ink") }}\n'
    sensitive.write_text(typesetting.TEMPLATE.read_text() + check)
    monkeypatch.setattr(typesetting, "TEMPLATE", sensitive)
    printing.run()
    press.print(FRIDAY)
    assert message_to(bram).state is MessageState.FAILED
    assert message_to(bram).state_reason.startswith("not_rendered")
    assert "ink" in message_to(bram).state_reason
    assert (press.batch().state, press.batch().letters) == (LetterBatchState.MADE, 2)
    assert [message_to(one).state for one in (sanne, carla)] == [MessageState.HANDING] * 2
    assert "2 · 1/1" in press.pages()[2]


def test_a_typesetter_that_fails_at_all_is_said_and_nothing_is_lost(
    printing: Office, press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sanne, _ = at_home(printing)
    with monkeypatch.context() as broken:
        broken.setattr(typesetting, "TEMPLATE", tmp_path / "nowhere.typ")
        printing.run()
        press.print(FRIDAY)
    assert press.batch().state is LetterBatchState.FAILED
    assert "nowhere.typ" in press.batch().state_reason
    assert message_to(sanne).state is MessageState.NEW
    again(printing, press)
    press.print(FRIDAY)
    assert (press.batch().state, press.batch().letters) == (LetterBatchState.MADE, 1)


def test_a_full_week_is_for_the_next_run(printing: Office, press: Press) -> None:
    printing.organisation.collection_messages_a_week = 1
    sanne, _ = at_home(printing)
    printing.run()
    at_the_same_time = Message(
        organisation_id=printing.organisation.id,
        dedupe_key="another run's",
        event="reminder_1",
        channel=Channel.EMAIL,
        language="nl",
        debtor_id=sanne.id,
        recipient="sanne@mail.example",
        is_collection=True,
        state=MessageState.SENT,
        handed_at=FRIDAY,
        sent_at=FRIDAY,
        not_before=FRIDAY,
        message_id="other",
        created_at=FRIDAY,
    )
    db.session.add(at_the_same_time)
    db.session.commit()
    press.print(FRIDAY)
    letters = select(Message.state, Message.state_reason).where(Message.channel == Channel.LETTER)
    assert db.session.execute(letters).all() == [(MessageState.SUPPRESSED, "week_full")]
