"""The demo organisation behind HTTPS, with the ids and keys that a test in a browser needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from collections_portal import jobs
from collections_portal.demo import founding, past
from collections_portal.demo.founding import Key
from core import clock, tenancy
from core.clock import day_in
from core.database import db
from core.members import sessions
from core.members.models import Member, Role
from core.organisations.models import Creditor, Organisation
from core.transaction import writing
from core.web.accounts import LinkKind, password_link
from dunning.models import DunningPolicy, DunningRun, RunState
from invoices.importing.kinds import FileKind
from invoices.importing.models import ImportBatch
from invoices.importing.shelf import shelf_in
from invoices.models import ContactPoint, Debtor, Invoice, Payment
from invoices.statements.models import BankLine
from invoices.statements.prospects import prospects_of
from invoices.statements.reading import read_statements
from invoices.statements.taking_in import take_in
from messaging.models import Message
from reactions.models import Action, ActionState, Reaction, ReactionType
from tests.invoices.statements.made import Paid, camt
from tests.printed import printed
from tests.serving import Served

# Sanne de Wit: four open invoices, one of them answered.
STAR = "20418"


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as it was founded once: its folder, who works there, a debtor's token, and ids.

    `ids` holds ids by the word before them in an address.
    """

    folder: Path
    organisation_id: int
    keys: Mapping[Role, Key]
    ids: Mapping[str, str]

    @property
    def database(self) -> Path:
        """The file with its rows."""
        return self.folder / "portal.sqlite"


@dataclass(frozen=True, slots=True)
class Stage:
    """A portal that runs, with a demo of its own in it."""

    served: Served
    demo: Demo

    @property
    def ids(self) -> Mapping[str, str]:
        """Ids by the word before them in an address."""
        return self.demo.ids

    def address(self, path: str) -> str:
        """Return the full address of a path."""
        return f"{self.served.url}{path}"

    def open_link(self, tab: Page, *, language: str = "en") -> None:
        """Open the debtor's link in this language."""
        tab.goto(self.address(f"/k/{self.ids['k']}?lang={language}"))

    def enter(self, tab: Page, *, language: str = "en") -> None:
        """Open the debtor's link and press its button."""
        self.open_link(tab, language=language)
        tab.locator("main form button").first.click()
        tab.wait_for_url("**/invoices")

    def sign_in(self, tab: Page, role: Role, *, language: str = "en") -> None:
        """Give the tab a session of the demo's member with this role."""
        with self.served.app.app_context(), tenancy.scope(self.demo.organisation_id), writing():
            found = select(Member).where(Member.email == self.demo.keys[role].email)
            member = db.session.scalars(found).one()
            member.language = language
            secret = sessions.begin(member=member, browser="Chromium, Linux", now=clock.now())
        tab.context.add_cookies([{"name": "__Host-desk", "value": secret, "url": self.served.url}])

    def work(self) -> None:
        """Do what a worker would do now: import files."""
        with self.served.app.app_context():
            jobs.import_files(self.served.app)


def found(app: Flask, folder: Path) -> Demo:
    """Found the demo in the app's database, as `portal demo` does."""
    config, now = app.config["PORTAL"], clock.now()
    with app.app_context():
        with tenancy.everywhere(), writing():
            organisation = founding.found(now=now)
        today = day_in(now, organisation.zone)
        with tenancy.scope(organisation.id), writing():
            founding.equip(organisation, now=now)
            keys = founding.staff(organisation, now=now)
            founding.debtors(organisation, today=today, now=now)
        past.remind(organisation, config, now=now)
        with tenancy.scope(organisation.id), writing():
            founding.settle(organisation, today=today, now=now)
        past.answer(organisation, config, now=now)
        past.propose(organisation, now=now)
        link = past.link_for(organisation, config, customer_number=STAR, now=now)
        with tenancy.scope(organisation.id), writing():
            ids = _ids() | {
                "k": link.rpartition("/")[2],
                **_banked(organisation),
                "letters": _letters(config.var_dir),
                "imports": _uploaded(organisation, config.var_dir).public_id,
                "logo": organisation.public_id,
                "theme": organisation.public_id,
            }
        return Demo(folder, organisation.id, {key.role: key for key in keys}, ids)


def _ids() -> dict[str, str]:
    """Return the public id of something worth seeing, of every kind."""
    star = db.session.scalars(select(Debtor).where(Debtor.customer_number == STAR)).one()
    reaction = db.session.scalars(select(Reaction).where(Reaction.debtor_id == star.id)).first()
    agent = db.session.scalars(select(Member).where(Member.role == Role.AGENT)).one()
    assert reaction is not None
    until = clock.now() + timedelta(minutes=30)
    found = {
        "actions": select(Action.public_id).where(Action.state != ActionState.CLOSED),
        "contacts": select(ContactPoint.public_id).where(ContactPoint.debtor_id == star.id),
        "creditors": select(Creditor.public_id),
        "dunning": select(DunningRun.public_id).where(DunningRun.state == RunState.PROPOSED),
        "invoices": select(Invoice.public_id).where(Invoice.number == "2026/201"),
        "messages": select(Message.public_id).where(Message.debtor_id == star.id),
        "policy": select(DunningPolicy.public_id),
        "settlements": select(Payment.public_id)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .where(Invoice.number == "2026/201"),
        "web": select(ReactionType.public_id).where(ReactionType.key == "complaint"),
    }
    ids = {word: db.session.scalars(query.limit(1)).one() for word, query in found.items()}
    return ids | {
        "debtors": star.public_id,
        "reactions": reaction.public_id,
        "members": agent.public_id,
        "reset-password": password_link(agent, LinkKind.RESET, valid_until=until).rpartition("/")[2],
        "invitation": password_link(agent, LinkKind.INVITATION, valid_until=until).rpartition("/")[2],
    }


def _banked(organisation: Organisation) -> dict[str, str]:
    """Take in a statement with an amount to confirm, one that fits nothing, and one that went out."""
    today = day_in(clock.now(), organisation.zone)
    number = db.session.scalars(select(Invoice.number).where(Invoice.number == "2026/201")).one()
    content = camt(
        Paid(5_000, text=f"Termijn {number}", name="S de Wit", on=today),
        Paid(12_345, text="Bedankt voor de goede zorgen", name="Bakkerij Zonnebloem", on=today),
        Paid(-70_000, text="Huur kantoor", name="Vastgoed Noord", on=today),
    )
    taken = take_in(
        organisation_id=organisation.id,
        member_id=None,
        file_name="afschrift.xml",
        content=content,
        prospects=prospects_of(
            organisation_id=organisation.id, statements=read_statements(content, today=today, currency="EUR")
        ),
        now=clock.now(),
        today=today,
        when_settled=list,
    )
    line = select(BankLine.public_id).where(BankLine.amount == 5_000)
    return {"statements": taken[0].public_id, "payments": db.session.scalars(line).one()}


def _letters(var_dir: Path) -> str:
    star = db.session.scalars(select(Debtor).where(Debtor.customer_number == STAR)).one()
    return printed(star, lambda: "Dorpsstraat 12, Utrecht", clock.now(), var_dir)


def _uploaded(organisation: Organisation, var_dir: Path) -> ImportBatch:
    content = (
        "Klantnummer;Voornaam;Achternaam;E-mail;Mobiel\n"
        "20418;Sanne;de Wit;sanne.dewit@post.example;06 12345678\n"
        "30001;Pim;Jansen;pim@post.example;0687654321\n"
    )
    kept = shelf_in(var_dir).keep(BytesIO(content.encode()))
    batch = ImportBatch(
        organisation_id=organisation.id,
        kind=FileKind.DEBTORS,
        file_name="klanten.csv",
        stored_as=kept.name,
        sha256=kept.sha256,
        size=kept.size,
        created_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    return batch
