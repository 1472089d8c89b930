"""The people of the story and what they can see: the agent at the desk, the debtor, a stranger's machine."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from collections_portal.file_import import FileImport
from collections_portal.story.reader import Browser, Page
from collections_portal.story.scene import Scene, served
from core import tenancy
from core.database import db
from dunning.models import DunningRun, DunningSkip
from invoices.importing.choices import Choices
from invoices.importing.kinds import FileKind
from invoices.importing.models import BatchState
from invoices.importing.operations import FileKnown
from invoices.models import Channel, ContactPoint, Debtor, Invoice
from messaging.models import Message, MessageInvoice, MessageState
from reactions.models import Action, ActionState, Reaction

GAP = timedelta(days=15)


class Stage:
    """What the steps ask and do. `numbers` and `invoice_ids` are those of the chosen debtor."""

    WORDS = "The work was never finished."
    ANSWER = "We looked at it: the work was finished on Tuesday."

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.folder, self.sink = scene.folder, scene.sink
        base = scene.config.public_url
        self.desk, self.debtor, self.stranger = Browser(base), Browser(base), Browser(base)
        self.address, self.link = "", ""
        self.private: list[str] = []
        self.numbers: list[str] = []
        self.invoice_ids: list[str] = []

    def import_file(self, file: Path, *, kind: str, again: bool = False) -> int:
        """Import a file as `portal import` does and return its rows. Refuses what the import refuses."""
        choices = Choices(fixed={"creditor": "VW", "currency": "EUR"} if "invoices" in kind else {})
        scene = self.scene
        with scene.app.app_context(), tenancy.scope(scene.organisation.id):
            importing = FileImport(scene.config, scene.organisation)
            with importing.taken(file, kind=FileKind(kind), choices=choices) as taken:
                findings = importing.check(taken)
                if findings["problems"]:
                    raise ValueError(f"{file.name} has problems: {findings['first_problems'][0]}")
                try:
                    state = importing.store(taken, again=again)
                finally:
                    importing.give_up(taken)
        if state is not BatchState.DONE:
            raise ValueError(f"{file.name} was not stored.")
        return int(findings["rows"])

    def asks_before_again(self, file: Path) -> bool:
        """Whether the same file is questioned when it comes again."""
        try:
            self.import_file(file, kind="invoices_with_debtors")
        except FileKnown:
            return True
        return False

    def sign_in(self) -> None:
        """Sign the agent in at the desk. Raises LookupError when there is no form."""
        page = self.desk.get("/desk/sign-in")
        key = self.scene.agent
        self.desk.post(page, page.form_to("/sign-in"), {"email": key.email, "password": key.password})

    def propose(self) -> Page:
        """Let the agent propose a dunning run."""
        page = self.desk.get("/desk/dunning")
        return self.desk.post(page, page.form_to("/propose"), {})

    def approve(self, proposal: Page) -> Page:
        """Let the agent approve it, and let the messages leave."""
        page = self.desk.post(proposal, proposal.form_to("/approve"), {})
        self.scene.deliver()
        return page

    def count_debtors(self) -> int:
        """How many debtors there are."""
        return self.scene.count(Debtor)

    def count_invoices(self) -> int:
        """How many invoices there are."""
        return self.scene.count(Invoice)

    def count_reactions(self) -> int:
        """How many reactions there are."""
        return self.scene.count(Reaction)

    def count_contacts(self) -> tuple[int, int]:
        """How many e-mail addresses and mobile numbers there are."""
        with self.scene.looking():
            rows = db.session.execute(
                select(ContactPoint.channel, func.count()).group_by(ContactPoint.channel)
            ).all()
        found = {row.channel: row[1] for row in rows}
        return found.get(Channel.EMAIL, 0), found.get(Channel.SMS, 0)

    def customer_numbers(self) -> list[str]:
        """Return every debtor's customer number."""
        with self.scene.looking():
            return list(db.session.scalars(select(Debtor.customer_number).order_by(Debtor.customer_number)))

    def some_number(self) -> str:
        """Return an invoice number, one with a leading zero if there is one."""
        with self.scene.looking():
            return db.session.scalars(select(Invoice.number).order_by(Invoice.number)).first() or ""

    def choose_debtor(self) -> None:
        """Choose a debtor who got an e-mail and has at least four invoices, and take the link out of it."""
        with self.scene.looking():
            row = db.session.execute(
                select(Debtor, ContactPoint.value)
                .join(ContactPoint, ContactPoint.debtor_id == Debtor.id)
                .join(Invoice, Invoice.debtor_id == Debtor.id)
                .where(ContactPoint.channel == Channel.EMAIL)
                .group_by(Debtor.id, ContactPoint.value)
                .having(func.count(Invoice.id) >= 4)
                .order_by(Debtor.customer_number)
            ).first()
            if row is None:
                raise LookupError("No debtor has four invoices and an e-mail address.")
            debtor, self.address = row
            self.private = self._private(debtor)
            invoices = db.session.scalars(
                select(Invoice).where(Invoice.debtor_id == debtor.id).order_by(Invoice.due_on, Invoice.id)
            ).all()
            self.numbers = [invoice.number for invoice in invoices]
            self.invoice_ids = [invoice.public_id for invoice in invoices]
        self.link = self.newest_link()

    def newest_link(self) -> str:
        """Return the link of the debtor's last e-mail that holds one. Raises LookupError."""
        for text in reversed(self.scene.mail_texts(to=self.address)):
            if found := re.search(r"https?://\S+/k/\w+", text):
                return found[0]
        raise LookupError("No e-mail to the debtor holds a link.")

    def enter(self, link: str) -> Page:
        """Let the debtor open a link and press its button; return the list."""
        page = self.debtor.get(link)
        return self.debtor.post(page, page.form_to("/k/"), {})

    def says_who(self, html: str) -> list[str]:
        """Return what of the debtor stands in a page: name, customer number, address, telephone."""
        return [word for word in self.private if word in html]

    def _private(self, debtor: Debtor) -> list[str]:
        contacts = db.session.scalars(select(ContactPoint.value).where(ContactPoint.debtor_id == debtor.id))
        told = (debtor.customer_number, debtor.last_name, debtor.city, debtor.postcode, *contacts)
        return [word for word in told if word]

    def complaint(self, html: str) -> dict[str, str | list[str]]:
        """Return what the debtor fills in, by the names this page gives its inputs."""
        reason = re.search(r'name="([^"]*reason[^"]*)"', html)
        words = re.search(r'<textarea[^>]*name="([^"]*complaint[^"]*)"', html)
        if reason is None or words is None:
            raise LookupError("The form does not ask for a reason and an explanation.")
        return {"type": "complaint", reason[1]: "not_delivered", words[1]: self.WORDS}

    def reference(self) -> str:
        """Return the reference of the reaction."""
        with self.scene.looking():
            return db.session.scalars(select(Reaction.reference)).one()

    def action_path(self) -> str:
        """Return the path of the action's page."""
        with self.scene.looking():
            return f"/desk/actions/{db.session.scalars(select(Action.public_id)).one()}"

    def is_closed(self) -> bool:
        """Whether the action was closed."""
        with self.scene.looking():
            return db.session.scalars(select(Action.state)).one() == ActionState.CLOSED

    def decision(self) -> dict[str, str | list[str]]:
        """Return how the agent closes the action."""
        return {"decision": "rejected", "answer": self.ANSWER, "note": ""}

    def let_the_gap_pass(self) -> None:
        """Put the portal's clock on; by then everybody's session has ended."""
        self.scene.pass_by(GAP)
        self.sign_in()

    def reminded_since(self, moment: datetime) -> set[str]:
        """Return the numbers of the invoices that reminders written since then are about, and that left."""
        with self.scene.looking():
            return set(
                db.session.scalars(
                    select(Invoice.number)
                    .join(MessageInvoice, MessageInvoice.invoice_id == Invoice.id)
                    .join(Message, Message.id == MessageInvoice.message_id)
                    .where(
                        Message.created_at >= moment,
                        Message.is_collection.is_(True),
                        Message.state == MessageState.SENT,
                    )
                )
            )

    def reasons_to_skip(self, numbers: set[str]) -> set[str]:
        """Return why the last run skipped these invoices."""
        with self.scene.looking():
            last = select(func.max(DunningRun.id)).scalar_subquery()
            return set(
                db.session.scalars(
                    select(DunningSkip.reason)
                    .join(Invoice, Invoice.id == DunningSkip.invoice_id)
                    .where(DunningSkip.run_id == last, Invoice.number.in_(numbers))
                )
            )


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Set the stage in a folder, until the block ends."""
    with served(folder) as scene:
        yield Stage(scene)
