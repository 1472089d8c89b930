"""The pages of dunning: propose, look over, leave out, approve, discard, watch."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from core import clock, tenancy
from core.database import db
from core.organisations.models import Creditor, Organisation
from dunning import operations
from dunning.forgetting import KEPT, forget_skips
from dunning.models import DunningRun, RunState
from invoices.models import Debtor, Invoice
from invoices.operations import exempt
from messaging.models import Message
from tests import factories
from tests.dunning.conftest import counted
from tests.manners import words_of
from tests.moments import Clock
from tests.people import Person
from tests.visitor import Page


@dataclass
class World:
    """Two debtors who can be written to, one who cannot, and one whose invoice is exempt."""

    app: Flask
    agent: Person

    @property
    def organisation_id(self) -> int:
        """The organisation's id."""
        return self.agent.organisation.id

    def messages(self) -> list[int]:
        """Return the debtors that messages were queued for."""
        with self.app.app_context(), tenancy.scope(self.organisation_id):
            return list(db.session.scalars(select(Message.debtor_id).order_by(Message.debtor_id)))

    def run(self) -> DunningRun:
        """Return the last run."""
        with self.app.app_context(), tenancy.scope(self.organisation_id):
            return db.session.scalars(select(DunningRun).order_by(DunningRun.id.desc())).first()  # type: ignore[return-value]

    def proposal(self) -> Page:
        """Propose a run and return its page."""
        return self.agent.open("/desk/dunning").submit(button="Propose a run")


@pytest.fixture
def world(app: Flask, clock: Clock, agent: Person) -> World:
    """Anna and Bram get a message; Carla has no address, Dirk has complained."""
    owner = agent.organisation
    with app.app_context():
        creditor = factories.creditor(owner)
        invoices = {name: invoice_of(owner, creditor, name) for name in ("Anna", "Bram", "Carla", "Dirk")}
        with tenancy.scope(owner.id):
            operations.found_policy(organisation_id=owner.id)
            exempt(
                organisation_id=owner.id,
                invoice_id=invoices["Dirk"].id,
                asked_by="action:7",
                reason="complaint",
                now=clock.now,
            )
        db.session.commit()
    return World(app, agent)


def invoice_of(owner: Organisation, creditor: Creditor, name: str) -> Invoice:
    debtor = factories.debtor(owner, first_name=name, last_name="Vos", sort_name=f"vos {name}")
    if name != "Carla":
        factories.contact_point(debtor)
    return factories.invoice(debtor, creditor, number=f"F-{name}")


def press(page: Page, button: str, **values: object) -> Page:
    """Press a button that sends the form somewhere of its own."""
    form = page.form(to="/approve")
    sent = form.filled_in(values, None)
    address = form.action.replace("/approve", f"/{button}")
    return page.visitor.ask("POST", address, data=sent, headers={"Referer": page.url})


def kept(page: Page) -> list[str]:
    return page.form(to="/approve").values.get("kept", [])


def test_a_proposal_shows_who_gets_a_message_and_why_others_do_not(world: World) -> None:
    page = world.proposal()
    assert page.heading.startswith("Run of ")
    assert "Debtors to write to 2" in page.words
    assert "Approve the ticked messages" in page.words
    assert "Anna Vos" in page.words
    assert "F-Carla" in page.words
    assert "No usable address" in page.words
    assert "A reaction is being handled" in page.words
    assert world.messages() == []


def test_approving_queues_one_message_for_each_debtor(world: World) -> None:
    page = world.proposal().submit(to="/approve")
    assert "The run was approved." in page.words
    assert len(world.messages()) == 2
    assert "Approve the ticked messages" not in page.words
    assert "2 waiting" in page.words


def test_who_is_unticked_gets_no_message(world: World) -> None:
    page = world.proposal()
    anna, _bram = kept(page)
    page = page.submit({"kept": [anna]}, to="/approve")
    assert len(world.messages()) == 1
    assert "Left out by a colleague" in page.words


def test_a_choice_is_kept_until_somebody_approves(world: World) -> None:
    page = world.proposal()
    anna, bram = kept(page)
    page = press(page, "choose", kept=[anna])
    assert kept(page) == [anna]
    assert "Debtors to write to 1" in page.words
    page = press(page, "choose", kept=[anna, bram])
    assert "Debtors to write to 2" in page.words
    assert world.messages() == []


def test_the_key_enter_keeps_the_choice_and_sends_nothing(world: World) -> None:
    page = world.proposal()
    (form,) = [form for form in page.root.iter("form") if form.get("id") == "choice"]
    owned = {button for button in form.iter("button") if button.get("form") is None}
    buttons = [one for one in page.root.iter("button") if one.get("form") == "choice" or one in owned]
    assert urlsplit(buttons[0].get("formaction") or "").path.endswith("/choose")
    assert [words_of(one) for one in buttons if one.get("formaction") is None] == [
        "Approve the ticked messages"
    ]


def test_discarding_sends_nothing(world: World) -> None:
    page = world.proposal().submit(button="Discard")
    assert page.path == "/desk/dunning"
    assert world.run().state is RunState.DISCARDED
    assert world.messages() == []


def test_approving_what_a_colleague_discarded_says_so_and_sends_nothing(world: World) -> None:
    page = world.proposal()
    page.submit(button="Discard")
    late = page.submit(to="/approve")
    assert "Somebody has already decided on this proposal." in late.words
    assert world.messages() == []


def test_approving_twice_sends_once(world: World) -> None:
    page = world.proposal()
    page.submit(to="/approve")
    page.submit(to="/approve")
    assert len(world.messages()) == 2


def test_a_second_proposal_leads_to_the_first(world: World) -> None:
    index = world.agent.open("/desk/dunning")
    first = index.submit(button="Propose a run")
    again = index.submit(button="Propose a run")
    assert again.path == first.path
    assert "There is already a proposal." in again.words


def test_the_skipped_can_be_looked_through_and_downloaded(world: World) -> None:
    page = world.proposal()
    listed = world.agent.open(f"{page.path}/skipped?reason=no_contact")
    assert listed.heading == "No usable address"
    assert "Carla Vos" in listed.words
    file = world.agent.client.get(f"{page.path}/skipped.csv")
    lines = file.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert file.mimetype == "text/csv"
    assert [line.split(";")[0] for line in lines] == ["Invoice", "F-Dirk", "F-Carla"]
    assert "A reaction is being handled;action:7" in lines[1]


def test_an_old_run_tells_how_many_were_skipped_and_not_which(world: World) -> None:
    page = world.proposal()
    page.submit(button="Discard")
    with world.app.app_context(), tenancy.scope(world.organisation_id):
        while forget_skips(organisation_id=world.organisation_id, now=clock.now() + KEPT + timedelta(days=1)):
            pass
        db.session.commit()
    note = "Which invoices these were is kept for 90 days, and only their number after that."
    again = world.agent.open(page.path)
    assert note in again.words
    assert "No usable address" in again.words
    assert "Carla Vos" not in again.words
    assert "Download" not in again.words
    listed = world.agent.open(f"{page.path}/skipped?reason=no_contact")
    assert note in listed.words
    assert note not in world.proposal().words


@pytest.mark.parametrize("start", ["=", "\n", "＝", "＠"])
def test_no_name_is_a_formula_in_the_downloaded_file(world: World, start: str) -> None:
    with world.app.app_context(), tenancy.scope(world.organisation_id):
        db.session.execute(update(Debtor).values(first_name=f"{start}1+1", last_name=""))
        db.session.commit()
    file = world.agent.client.get(f"{world.proposal().path}/skipped.csv").get_data(as_text=True)
    rows = list(csv.reader(StringIO(file.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert {name[:2] for _, _, name, *_ in rows[1:]} == {f"'{start}"}


def test_filters_show_one_stage_or_channel_only(world: World) -> None:
    page = world.proposal()
    assert "Anna Vos" in world.agent.open(f"{page.path}?channel=email").words
    assert "Nobody gets a message" in world.agent.open(f"{page.path}?channel=sms").words
    assert "Nobody gets a message" in world.agent.open(f"{page.path}?stage=nonsense&page=99999999999").words


def test_a_viewer_looks_but_decides_nothing(world: World, viewer: Person) -> None:
    page = world.proposal()
    seen = viewer.open(page.path)
    assert "Anna Vos" in seen.words
    assert "Approve the ticked messages" not in seen.words
    assert "Propose a run" not in viewer.open("/desk/dunning").words
    for action in ("propose", f"{world.run().public_id}/approve", f"{world.run().public_id}/discard"):
        assert viewer.client.post(f"/desk/dunning/{action}").status_code in (400, 403)
    assert world.messages() == []


@pytest.mark.parametrize("action", ["approve", "choose", "discard"])
def test_an_agent_elsewhere_finds_no_run(world: World, agent_elsewhere: Person, action: str) -> None:
    page = world.proposal()
    assert agent_elsewhere.client.get(page.path).status_code == 404
    assert agent_elsewhere.client.get(f"{page.path}/skipped.csv").status_code == 404
    with world.app.app_context(), tenancy.scope(agent_elsewhere.organisation.id):
        operations.found_policy(organisation_id=agent_elsewhere.organisation.id)
        db.session.commit()
    token = agent_elsewhere.open("/desk/dunning").form(button="Propose a run").values["csrf_token"]
    answer = agent_elsewhere.client.post(
        f"{page.path}/{action}", data={"csrf_token": token}, headers={"Referer": page.url}
    )
    assert answer.status_code == 404
    assert world.run().state is RunState.PROPOSED


def test_the_number_of_statements_does_not_grow_with_the_number_of_debtors(world: World) -> None:
    def statements() -> int:
        page = world.proposal()
        with world.app.app_context(), counted() as found:
            world.agent.open(page.path)
        page.submit(button="Discard")
        return len(found)

    few = statements()
    with world.app.app_context():
        creditor = factories.creditor(world.agent.organisation)
        for _ in range(20):
            debtor = factories.debtor(world.agent.organisation)
            factories.invoice(debtor, creditor)
            factories.contact_point(debtor)
            factories.invoice(factories.debtor(world.agent.organisation), creditor)
        db.session.commit()
    assert statements() == few
