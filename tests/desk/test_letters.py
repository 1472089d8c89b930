"""The pages of letters: print, post, or make again."""

from dataclasses import dataclass
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from collections_portal.jobs import print_letters
from core import clock as moments
from core import tenancy
from core.audit import AuditEvent
from core.database import db
from core.organisations import restores
from dunning import operations
from dunning.models import DunningStage, StageChannel
from invoices.models import Debtor, Invoice
from messaging.letter_models import LetterBatch
from messaging.models import Message, MessageState
from tests import factories
from tests.desk.test_restore import token_of
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page

HOME = {"street": "Dorpsstraat", "house_number": "12", "postcode": "1234 AB", "city": "Utrecht"}


@dataclass
class Postroom:
    """An organisation whose reminders are letters."""

    app: Flask
    agent: Person
    batch: str = ""

    def printed(self) -> Page:
        """Approve a run, let the worker print it, and open the page of its letters."""
        page = self.agent.open("/desk/dunning").submit(button="Propose a run")
        page = page.submit(to="/approve")
        with self.app.app_context():
            print_letters(self.app)
            with tenancy.scope(self.agent.organisation.id):
                self.batch = db.session.scalars(select(LetterBatch.public_id)).one()
        return self.agent.open(f"/desk/letters/{self.batch}")

    def download(self, page: Page) -> TestResponse:
        """Press the button that downloads the PDF."""
        form = page.form(to="/letters.pdf")
        return self.agent.client.post(form.action, data=form.filled_in({}, None))

    def told(self, what: str) -> list[AuditEvent]:
        """Return these lines of the trail."""
        with self.app.app_context(), tenancy.scope(self.agent.organisation.id):
            return list(db.session.scalars(select(AuditEvent).where(AuditEvent.what == what)))

    def states(self) -> list[MessageState]:
        """Return the states of the letters, in the order of their debtors."""
        with self.app.app_context(), tenancy.scope(self.agent.organisation.id):
            return list(db.session.scalars(select(Message.state).order_by(Message.debtor_id)))

    def pay(self, number: str) -> None:
        """Let an invoice be paid."""
        with self.app.app_context(), tenancy.scope(self.agent.organisation.id):
            db.session.execute(update(Invoice).where(Invoice.number == number).values(amount_open=0))
            db.session.commit()


@pytest.fixture
def postroom(app: Flask, clock: Clock, agent: Person) -> Postroom:
    """Anna and Bram live somewhere."""
    owner = agent.organisation
    with app.app_context():
        creditor = factories.creditor(owner)
        for name in ("Anna", "Bram"):
            debtor = factories.debtor(
                owner, first_name=name, last_name="Vos", sort_name=f"vos {name}", **HOME
            )
            factories.invoice(debtor, creditor, number=f"F-{name}")
        with tenancy.scope(owner.id):
            operations.found_policy(organisation_id=owner.id)
            db.session.execute(update(DunningStage).values(channel=StageChannel.LETTER))
        db.session.commit()
    return Postroom(app, agent)


def test_a_run_s_letters_are_downloaded_as_one_pdf(postroom: Postroom) -> None:
    page = postroom.printed()
    assert "To be posted" in page.words
    assert "Anna Vos" in page.words
    assert "Dorpsstraat 12, 1234 AB Utrecht" in page.words
    answer = postroom.download(page)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="letters-2026-')
    assert answer.headers["Cache-Control"] == "no-store"
    words = [part.extract_text() for part in PdfReader(BytesIO(answer.data)).pages]
    assert "Anna Vos" in words[0]
    assert "Bram Vos" in words[2]


def test_who_took_the_pdf_and_posted_the_letters_stands_with_them(postroom: Postroom) -> None:
    page = postroom.printed()
    page = page.submit(to="/make-again")
    with postroom.app.app_context():
        print_letters(postroom.app)
    page = postroom.agent.open(f"/desk/letters/{postroom.batch}")
    postroom.download(page)
    page = page.submit(to="/posted")
    who = postroom.agent.member.name
    assert f"{who} had the letters made again" in page.words
    assert f"{who} downloaded the PDF, version 2" in page.words
    assert f"{who} noted that the letters were posted on 18 Nov 2026" in page.words
    told = postroom.told("letters.downloaded")
    assert [(line.member_id, line.details["edition"]) for line in told] == [(postroom.agent.member.id, 2)]


def test_the_run_and_the_message_lead_to_their_letters(postroom: Postroom) -> None:
    postroom.printed()
    run = postroom.agent.open("/desk/dunning").follow("18 Nov 2026")
    assert leads_to(run, f"/desk/letters/{postroom.batch}")
    message = postroom.agent.open("/desk/messages").follow("Anna Vos")
    assert leads_to(message, f"/desk/letters/{postroom.batch}")


def leads_to(page: Page, address: str) -> bool:
    return any(link.get("href") == address for link in page.root.iter("a"))


def test_posted_letters_count_as_sent(postroom: Postroom) -> None:
    page = postroom.printed()
    assert postroom.states() == [MessageState.HANDING] * 2
    page = page.submit(to="/posted")
    assert "The letters count as sent." in page.words
    assert postroom.states() == [MessageState.SENT] * 2
    assert "They were posted" not in page.words
    assert "Download the PDF" in page.words


def test_a_day_that_cannot_be_is_refused_where_it_was_typed(postroom: Postroom) -> None:
    page = postroom.printed().submit({"posted_on": "2026-11-19"}, to="/posted", status=422)
    assert "Choose a day from the day on the letters until today." in page.words
    assert postroom.states() == [MessageState.HANDING] * 2


def test_what_came_in_between_is_said_by_number_and_left_out_the_next_time(postroom: Postroom) -> None:
    postroom.printed()
    postroom.pay("F-Bram")
    page = postroom.agent.open(f"/desk/letters/{postroom.batch}")
    assert "Something came in between for 1 letter: 2." in page.words
    page = page.submit(to="/make-again")
    assert "The letters are made again" in page.words
    assert "PDF waits its turn" in page.words
    with postroom.app.app_context():
        assert print_letters(postroom.app) == 1
    assert postroom.states() == [MessageState.HANDING, MessageState.SUPPRESSED]
    page = postroom.agent.open(f"/desk/letters/{postroom.batch}")
    assert "The invoices in it are paid." in page.words


def test_a_pause_reaches_a_letter_that_lies_printed_and_the_page_says_why(postroom: Postroom) -> None:
    postroom.printed()
    debtor = postroom.agent.open("/desk/debtors").follow("Anna Vos")
    debtor.submit({"reason": "Died", "ends_on": "2026-12-18"}, button="Let reminders wait")
    page = postroom.agent.open(f"/desk/letters/{postroom.batch}")
    assert "Something came in between for 1 letter: 1." in page.words
    assert "Reminders to this debtor wait" in page.words
    assert page.form(to="/posted").filled_in({}, None)["taken_out"] == ["1"]


def test_letters_taken_out_do_not_count_as_sent_and_it_says_so_everywhere(postroom: Postroom) -> None:
    postroom.printed()
    postroom.pay("F-Bram")
    page = postroom.agent.open(f"/desk/letters/{postroom.batch}")
    assert page.form(to="/posted").filled_in({}, None)["taken_out"] == ["2"]
    page = page.submit(to="/posted")
    assert "The letters count as sent, but for those taken out: 2." in page.words
    assert postroom.states() == [MessageState.SENT, MessageState.SUPPRESSED]
    assert "Numbers taken out 2" in page.words
    assert "It was taken out of the printed letters and not posted." in page.words
    who = postroom.agent.member.name
    assert f"{who} noted that letters were taken out and not posted: 2" in page.words
    message = page.follow("Bram Vos")
    assert message.words.count("It was taken out of the printed letters and not posted.") == 2


def test_whoever_posted_all_the_same_says_so(postroom: Postroom) -> None:
    postroom.printed()
    postroom.pay("F-Bram")
    page = postroom.agent.open(f"/desk/letters/{postroom.batch}").submit({"taken_out": ""}, to="/posted")
    assert "The letters count as sent." in page.words
    assert postroom.states() == [MessageState.SENT] * 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("3", "There is no letter with this number to be posted: 3."),
        ("two", "This is not a number: two."),
        ("1, 2", "This leaves no letter that was posted."),
        # As many numbers as the page may fill in by itself are no fault of the one who presses the button.
        (", ".join(map(str, range(3, 1_000, 2))), "There is no letter with this number to be posted: 3"),
    ],
)
def test_wrong_numbers_are_refused_where_they_were_typed(
    postroom: Postroom, typed: str, sentence: str
) -> None:
    page = postroom.printed().submit({"taken_out": typed}, to="/posted", status=422)
    assert sentence in page.words
    assert page.form(to="/posted").filled_in({}, None)["taken_out"] == [typed]
    assert postroom.states() == [MessageState.HANDING] * 2


def test_two_people_at_once_and_the_second_sees_what_the_first_did(postroom: Postroom) -> None:
    page = postroom.printed()
    stale = postroom.agent.open(f"/desk/letters/{postroom.batch}")
    page.submit(to="/posted")
    late = stale.submit(to="/make-again", status=409)
    assert "These letters were dealt with in the meantime." in late.words
    assert postroom.states() == [MessageState.SENT] * 2


def test_letters_count_as_posted_only_after_the_release_of_a_restore(postroom: Postroom) -> None:
    page = postroom.printed()
    owner = postroom.agent.organisation.id
    with postroom.app.app_context(), tenancy.scope(owner):
        restores.hold(organisation_id=owner, backup_at=moments.now(), now=moments.now())
        db.session.commit()
    refused = page.submit(to="/posted", status=409)
    assert "Nothing is sent before an administrator releases it." in refused.words
    assert postroom.states() == [MessageState.HANDING] * 2


def test_the_wrong_person_gets_no_letter(postroom: Postroom, viewer: Person, agent_elsewhere: Person) -> None:
    postroom.printed()
    address = f"/desk/letters/{postroom.batch}"
    assert b"Download" not in viewer.client.get(address).data
    assert viewer.client.post(f"{address}/letters.pdf", data=token_of(viewer)).status_code == 403
    assert agent_elsewhere.client.get(address).status_code == 404
    foreign = agent_elsewhere.client.post(f"{address}/letters.pdf", data=token_of(agent_elsewhere))
    assert foreign.status_code == 404
    assert postroom.told("letters.downloaded") == []


def test_a_pdf_that_is_gone_is_said_and_made_again(postroom: Postroom) -> None:
    page = postroom.printed()
    for path in (postroom.app.config["PORTAL"].var_dir / "letters").glob("*.pdf"):
        path.unlink()
    gone = postroom.download(page)
    assert gone.status_code == 410
    assert postroom.told("letters.downloaded") == []
    assert "is no longer there" in gone.get_data(as_text=True)
    assert "PDF waits its turn" in page.submit(to="/make-again").words


def test_a_mail_that_came_back_goes_by_letter(postroom: Postroom) -> None:
    with postroom.app.app_context(), tenancy.scope(postroom.agent.organisation.id):
        db.session.execute(update(DunningStage).values(channel=StageChannel.EMAIL))
        anna = db.session.scalars(select(Debtor).where(Debtor.first_name == "Anna")).one()
        factories.contact_point(anna)
        db.session.commit()
    postroom.agent.open("/desk/dunning").submit(button="Propose a run").submit(to="/approve")
    with postroom.app.app_context(), tenancy.scope(postroom.agent.organisation.id):
        db.session.execute(update(Message).values(state=MessageState.FAILED))
        db.session.commit()
    page = postroom.agent.open("/desk/messages").follow("Anna Vos")
    assert "Letter: Dorpsstraat 12, 1234 AB Utrecht" in page.words
    page.submit({"contact_point": "letter"}, to="/send-elsewhere")
    with postroom.app.app_context():
        assert print_letters(postroom.app) == 1
    assert postroom.states() == [MessageState.FAILED, MessageState.HANDING]
