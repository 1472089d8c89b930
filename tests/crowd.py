"""An organisation with something in every table, every name of it a canary, and the people around it."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask

from core import clock as the_clock
from core import tenancy
from core.audit import record
from core.database import db
from core.members.models import MemberSession, PasswordRequest, Role, SignInCount
from core.organisations import restores
from core.organisations.models import Creditor, Organisation
from core.web.accounts import LinkKind, password_link
from core.web.guards import EVERYBODY, rank_of
from dunning import operations as dunning
from dunning.models import DunningPolicy
from invoices.importing.kinds import FileKind
from invoices.importing.models import BatchState, ImportBatch, ImportMapping
from invoices.importing.shelf import shelf_in
from invoices.importing.storing import Counts
from invoices.models import (
    Channel,
    ContactPoint,
    CreditNote,
    Debtor,
    DebtorKind,
    Invoice,
    Payment,
)
from links.queries import address_of
from messaging import restored
from messaging.callbacks import name_of
from messaging.models import (
    Message,
    MessageInvoice,
    MessageState,
    MessageTemplate,
    SendingPace,
)
from reactions.models import Action, ReactionType
from reactions.operations import actions
from reactions.operations.founding import found_types
from reactions.operations.submission import submit
from tests import factories
from tests.bank import bring_statement
from tests.canaries import Canaries
from tests.charges import charged
from tests.in_vain import forwarded_in_vain
from tests.own_plans import put_on_own_plan
from tests.people import Person
from tests.printed import printed
from tests.reported import kept, reported
from tests.rules import Place
from tests.visitor import Visitor
from tests.wishes import wants_nothing

PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PERSONS, COMPANIES, INVOICES = 10, 3, 3


@dataclass
class Crowd:
    """The organisation and who is near it.

    `ids` holds what stands in addresses, by the word before it; `canaries` what nobody else may read.
    `more_pages` are pages of other rows, which show forms that those of `ids` do not.
    `debtor` visits their own invoices, which are the organisation's; `other_debtor` are its plain ones.
    """

    app: Flask
    organisation: Organisation
    canaries: Canaries
    administrator: Person
    viewer: Person
    elsewhere: Person
    stranger: Visitor = field(init=False)
    debtor: Visitor = field(init=False)
    other_debtor: Visitor = field(init=False)
    other_debtor_id: int = 0
    ids: dict[str, str] = field(default_factory=dict)
    more_pages: list[tuple[Visitor, str]] = field(default_factory=list)

    def right_person(self, place: Place) -> Visitor:
        """Return somebody whose page this is: the debtor, an administrator, or who has not signed in yet."""
        if place.door in ("debtor", ""):
            return self.debtor
        return (
            self.stranger
            if rank_of(self.app.view_functions[place.endpoint]) == EVERYBODY
            else self.administrator
        )


@pytest.fixture
def crowd(app: Flask, at_the_desk: Callable[..., Person]) -> Crowd:
    """The crowded organisation Voltwerk, its debtors, its members, and an agent of another organisation."""
    canaries = Canaries()
    with app.app_context():
        owner = factories.organisation(logo=PICTURE, logo_type="image/png")
        elsewhere = factories.organisation(name="Elsewhere")
        for one in (owner, elsewhere):
            with tenancy.scope(one.id):
                found_types(organisation_id=one.id)
                dunning.found_policy(organisation_id=one.id)
        db.session.commit()
        db.session.expunge_all()
    made = Crowd(
        app=app,
        organisation=owner,
        canaries=canaries,
        administrator=at_the_desk(
            Role.ADMINISTRATOR, owner, name=canaries.word(), email=canaries.email(), password="-"
        ),
        viewer=at_the_desk(Role.VIEWER, owner),
        elsewhere=at_the_desk(Role.AGENT, elsewhere),
    )
    made.stranger = Visitor(app)
    with app.app_context():
        _Filling(made, the_clock.now()).fill()
        db.session.commit()
        db.session.expunge_all()
    return made


class _Filling:
    """Writes the rows, in one transaction."""

    def __init__(self, crowd: Crowd, now: datetime) -> None:
        self.crowd, self.now = crowd, now
        self.owner, self.canaries = crowd.organisation, crowd.canaries
        self.today = the_clock.day_in(now, crowd.organisation.zone)

    def fill(self) -> None:
        """Write everything."""
        plain = factories.creditor(self.owner)
        creditor = factories.creditor(
            self.owner, name=self._word(), account_name=self._word(), code=self._word()
        )
        self._members()
        debtors = [self._debtor(creditor)]
        other = factories.debtor(self.owner)
        factories.contact_point(other)
        factories.invoice(other, plain, **self._dates())
        with tenancy.scope(self.owner.id):
            self._settled(debtors[0])
            self._reminded()
            debtors += [self._debtor(creditor) for _ in range(PERSONS)]
            debtors += [self._company(creditor) for _ in range(COMPANIES)]
            self._proposed()
            self.crowd.ids["policy"] = put_on_own_plan(debtors[-1], self._word, self.now)
            self.crowd.more_pages.append((self.crowd.administrator, f"/desk/debtors/{debtors[-1].public_id}"))
            self._messages(debtors[0])
            self._charged(debtors[0])
            folder = self.crowd.app.config["PORTAL"].var_dir
            self.crowd.ids["letters"] = printed(debtors[1], self._word, self.now, folder)
            self.crowd.debtor = self._visiting(debtors[0], "debtor")
            self.crowd.other_debtor = self._visiting(other, "other-debtor")
            self.crowd.other_debtor_id = other.id
            self.crowd.more_pages.append((self._visiting(debtors[2], "silent-debtor"), "/messages"))
            wants_nothing(debtors[2], self.now)
            self._reacted(debtors[0])
            forwarded_in_vain(self.owner, self._word(), self.now)
            self._imported()
            banked, more = bring_statement(self.owner, self.canaries, today=self.today, now=self.now)
            self.crowd.ids |= banked
            self.crowd.more_pages += [(self.crowd.administrator, page) for page in more]
            db.session.flush()
        ids = self.crowd.ids
        ids["creditors"], ids["debtors"] = creditor.public_id, debtors[0].public_id
        ids["logo"] = ids["theme"] = self.owner.public_id

    def _word(self) -> str:
        return self.canaries.word()

    def _dates(self) -> dict[str, object]:
        return {
            "invoiced_on": self.today - timedelta(days=70),
            "due_on": self.today - timedelta(days=40),
        }

    def _members(self) -> None:
        """Store somebody who has not chosen a password, whose links are in the post."""
        invited = factories.member(self.owner, name=self._word(), email=self.canaries.email())
        here = self.crowd.administrator.member
        ids = self.crowd.ids
        ids["members"] = invited.public_id
        disabled = factories.member(self.owner, name=self._word(), email=self.canaries.email(), active=False)
        self.crowd.more_pages += [
            (self.crowd.administrator, f"/settings/members/{disabled.public_id}"),
            (self.crowd.administrator, f"/settings/members/{self.crowd.viewer.member.public_id}"),
            (self.crowd.elsewhere, "/desk/dunning"),
        ]
        for kind, word in ((LinkKind.INVITATION, "invitation"), (LinkKind.RESET, "reset-password")):
            address = password_link(invited, kind, valid_until=self.now + timedelta(minutes=30))
            ids[word] = address.rpartition("/")[2]
        ends_at = self.now + timedelta(hours=1)
        session = MemberSession(
            organisation_id=self.owner.id, member_id=here.id, secret_hash=self._word(), browser=self._word(),
            started_at=self.now, seen_at=self.now, expires_at=ends_at,
        )  # fmt: skip
        with tenancy.scope(self.owner.id):
            db.session.add(session)
            db.session.add(PasswordRequest(email=self.canaries.email(), asked_at=self.now))
            db.session.add(SignInCount(subject_hash=self._word(), tries=1, ends_at=ends_at))
            db.session.add(SendingPace(subject=f"domain:{self._word()}", spent_until=ends_at))
            db.session.flush()
        ids["sessions"] = session.public_id

    def _debtor(self, creditor: Creditor, **changes: object) -> Debtor:
        names = ("customer_number", "sort_name", "first_name", "last_name", "street", "city")
        places = ("house_number", "postcode", "attention_of", "vat_number", "register_number")
        values = {name: self._word() for name in (*names, *places)}
        debtor = factories.debtor(self.owner, **(values | {"language": "en"} | changes))
        mail = factories.contact_point(debtor, value=self.canaries.email())
        factories.contact_point(debtor, channel=Channel.SMS, value=self.canaries.mobile(), is_preferred=False)
        self.crowd.ids.setdefault("contacts", mail.public_id)
        for _ in range(INVOICES):
            invoice = factories.invoice(
                debtor,
                creditor,
                number=self._word(),
                description=self._word(),
                payment_reference=self._word(),
                **self._dates(),
            )
            self.crowd.ids.setdefault("invoices", invoice.public_id)
        return debtor

    def _company(self, creditor: Creditor) -> Debtor:
        return self._debtor(creditor, kind=DebtorKind.COMPANY, company_name=self._word())

    def _settled(self, debtor: Debtor) -> None:
        invoice = self._invoices_of(debtor)[0]
        of_it = {"organisation_id": self.owner.id, "invoice_id": invoice.id, "created_at": self.now}
        payment = Payment(**of_it, amount=100, paid_on=self.today, reference=self._word())
        note = CreditNote(**of_it, amount=100, credited_on=self.today, number=self._word())
        db.session.add_all((payment, note))
        invoice.amount_open -= 200
        db.session.flush()
        self.crowd.ids["settlements"] = payment.public_id
        self.crowd.more_pages.append(
            (
                self.crowd.administrator,
                f"/desk/invoices/{invoice.public_id}/settlements/{note.public_id}/take-back",
            )
        )

    def _invoices_of(self, debtor: Debtor) -> list[Invoice]:
        return db.session.query(Invoice).filter_by(debtor_id=debtor.id).order_by(Invoice.id).all()

    def _reminded(self) -> None:
        policy, past = db.session.query(DunningPolicy).one(), self.now - timedelta(days=20)
        sent = dunning.propose(organisation=self.owner, policy_id=policy.id, now=past)
        dunning.confirm(organisation=self.owner, run=sent, member_id=None, now=past)

    def _proposed(self) -> None:
        policy = db.session.query(DunningPolicy).one()
        run = dunning.propose(organisation=self.owner, policy_id=policy.id, now=self.now)
        self.crowd.ids["dunning"] = run.public_id

    def _messages(self, debtor: Debtor) -> None:
        message = db.session.query(Message).filter_by(debtor_id=debtor.id).limit(1).one()
        message.subject, message.body = self._word(), self._word()
        message.kept_mail = kept(message.body)
        message.state, message.state_reason = MessageState.FAILED, self._word()
        doubtful = db.session.query(Message).filter(Message.id != message.id).first()
        assert doubtful is not None
        doubtful.state, doubtful.attempt, doubtful.handed_at = MessageState.UNKNOWN, 1, self.now
        self.crowd.more_pages.append((self.crowd.administrator, f"/desk/messages/{doubtful.public_id}"))
        db.session.add_all(
            reported(message, now=self.now, today=self.today, word=self._word(), email=self.canaries.email())
        )
        restore = restores.hold(organisation_id=self.owner.id, backup_at=self.now, now=self.now)
        assert restored.hold_back(restore=restore)
        keys = self.crowd.app.config["PORTAL"].secret_keys
        self.crowd.ids["status"] = name_of(public_id=message.public_id, attempt=1, keys=keys)
        template = {
            "event": "invoice_link",
            "channel": Channel.EMAIL,
            "language": "nl",
            "updated_at": self.now,
        }
        body = f"{self._word()} ((link)) ((link_valid_until))"
        db.session.add(
            MessageTemplate(organisation_id=self.owner.id, subject=self._word(), body=body, **template)
        )
        assert db.session.query(MessageInvoice).filter_by(message_id=message.id).count()
        self.crowd.ids |= {"messages": message.public_id, "event": "invoice_link", "channel": "email"}
        self.crowd.ids["language"] = "nl"

    def _charged(self, debtor: Debtor) -> None:
        invoice = self._invoices_of(debtor)[0]
        self.crowd.ids["charges"] = charged(invoice, self.now, source=self._word()).public_id

    def _visiting(self, debtor: Debtor, secret: str) -> Visitor:
        contact = db.session.query(ContactPoint).filter_by(debtor_id=debtor.id).first()
        chosen = [one.public_id for one in self._invoices_of(debtor)]
        link = factories.link(debtor, contact, issued_at=self.now, expires_at=self.now + timedelta(days=14))
        factories.visit(
            link,
            secret=secret,
            contents={"chosen": chosen},
            language="en",
            started_at=self.now,
            seen_at=self.now,
            expires_at=self.now + timedelta(hours=8),
        )
        ids = self.crowd.ids
        if "links" not in ids:
            keys = self.crowd.app.config["PORTAL"].link_keys
            ids["links"] = link.public_id
            ids["k"] = address_of(link, base_url="", keys=keys).removeprefix("/k/")
        visitor = Visitor(self.crowd.app)
        visitor.client.set_cookie("visit", secret, domain="localhost")
        return visitor

    def _reacted(self, debtor: Debtor) -> None:
        invoices = self._invoices_of(debtor)
        closed = self._reaction(debtor, invoices[0], self._word())
        self._closed(closed)
        reaction = self._reaction(debtor, invoices[1], self._word())
        noted = actions.note(
            organisation_id=self.owner.id,
            action_public_id=reaction.public_id,
            version=reaction.version,
            member_id=self.crowd.administrator.member.id,
            text=self._word(),
            now=self.now,
        )
        assert noted.id
        record(
            organisation_id=self.owner.id,
            what="debtor.changed",
            about="debtor",
            about_id=debtor.id,
            debtor_id=debtor.id,
            now=self.now,
            details={"city": [self._word(), self._word()]},
        )
        self.crowd.ids["actions"] = reaction.public_id

    def _reaction(self, debtor: Debtor, invoice: Invoice, words: str) -> Action:
        reaction = submit(
            organisation_id=self.owner.id,
            debtor_id=debtor.id,
            visit_id=None,
            type_key="complaint",
            invoice_ids=[invoice.id],
            answers={"reason": "amount", "explanation": words},
            submission_key=words,
            language="en",
            now=self.now,
        )
        self.crowd.ids["reactions"] = reaction.public_id
        return db.session.query(Action).filter_by(reaction_id=reaction.id).one()

    def _closed(self, action: Action) -> None:
        actions.close(
            organisation_id=self.owner.id,
            action_public_id=action.public_id,
            version=action.version,
            member_id=self.crowd.administrator.member.id,
            reason="rejected",
            answer=self._word(),
            now=self.now,
        )

    def _imported(self) -> None:
        word = self._word()
        content = f"Klantnummer;Naam\n1;{word}\n"
        kept = shelf_in(self.crowd.app.config["PORTAL"].var_dir).keep(BytesIO(content.encode()))
        about = {
            "organisation_id": self.owner.id,
            "kind": FileKind.DEBTORS,
            "file_name": f"{word}.csv",
            "stored_as": kept.name,
            "sha256": kept.sha256,
            "size": kept.size,
            "created_at": self.now,
        }
        batch = ImportBatch(**about)
        findings = Counts().as_json() | {"rows": 1, "rows_refused": 0}
        checked = ImportBatch(**about, state=BatchState.CHECKED, rows=1, findings=findings)
        mapping = ImportMapping(
            organisation_id=self.owner.id, kind=FileKind.DEBTORS, headers_hash=self._word(), used_at=self.now
        )
        db.session.add_all((batch, checked, mapping))
        db.session.flush()
        self.crowd.ids["imports"] = batch.public_id
        self.crowd.more_pages.append((self.crowd.administrator, f"/desk/imports/{checked.public_id}"))
        answer = db.session.query(ReactionType).filter_by(key="complaint").one()
        self.crowd.ids["web"] = answer.public_id
