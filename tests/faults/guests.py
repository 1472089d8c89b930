"""Debtors with a browser, over real lines to a web server that may die in the middle of an answer."""

import http.client
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from core import audit, clock, tenancy
from core.database import db
from core.identifiers import secret as new_secret
from core.transaction import reading, writing
from invoices.models import Exemption
from messaging.models import Message
from reactions.models import Reaction
from reactions.operations.founding import found_types
from tests import factories
from tests.markup import parse
from tests.visitor import Form

FORM = "application/x-www-form-urlencoded"
SAVE, WAIT, LONGEST_WAIT, PATIENCE = "Save reaction", 0.01, 0.3, 60.0
COMPLAINT = {"type": "complaint", "complaint.reason": "other", "complaint.explanation": "Not what I ordered."}


class NotAnswered(OSError):
    """The request was sent, and no whole answer came."""


class NobodyThere(OSError):
    """Nobody takes lines at the address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, and how many before it were cut short."""

    status: int
    text: str
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Guest:
    """A debtor who has entered and chosen their one invoice; each has an address of their own."""

    number: int
    debtor_id: int
    invoice_id: int
    secret: str

    def ask(self, port: int, path: str, form: bytes | None = None) -> Answer:
        """Make one request on a new line. Raises NobodyThere and NotAnswered."""
        headers = {
            "Host": "localhost",
            "Cookie": f"visit={self.secret}",
            "X-Forwarded-For": f"10.0.{self.number // 250}.{self.number % 250 + 1}",
        }
        if form is not None:
            headers |= {
                "Content-Type": FORM,
                "Sec-Fetch-Site": "same-origin",
                "Referer": f"http://localhost{path}",
            }
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            line.connect()
        except OSError as error:
            raise NobodyThere from error
        try:
            line.request("GET" if form is None else "POST", path, form, headers)
            answer = line.getresponse()
            return Answer(answer.status, answer.read().decode())
        except (OSError, http.client.HTTPException) as error:
            raise NotAnswered(str(error)) from error
        finally:
            line.close()

    def form(self, port: int) -> bytes:
        """Open the reaction page and return the form as a browser would send it, filled in."""
        return self.filled_in(self.insist(port, "/react").text)

    def filled_in(self, page: str) -> bytes:
        """Return the form of the reaction page as a browser sends it."""
        root, _faults = parse(page)
        forms = [form for form in map(Form, root.iter("form")) if form.action.endswith("/react")]
        return urlencode(forms[0].filled_in(COMPLAINT, SAVE), doseq=True).encode()

    def insist(self, port: int, path: str, form: bytes | None = None) -> Answer:
        """Ask again and again until there is an answer that is no fault of the server's."""
        until, cut, wait = time.monotonic() + PATIENCE, 0, WAIT
        while time.monotonic() < until:
            try:
                answer = self.ask(port, path, form)
            except NotAnswered:
                cut += 1
            except NobodyThere:
                pass
            else:
                if answer.status < 500:
                    return replace(answer, cut=cut)
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
        raise AssertionError(f"No answer within {PATIENCE} s to {path}.")

    def react_within(self, app: Flask) -> None:
        """React without a line, inside the process that has the application."""
        browser = app.test_client()
        browser.set_cookie("visit", self.secret, domain="localhost")
        browser.post(
            "/react",
            data=self.filled_in(browser.get("/react").text),
            content_type=FORM,
            headers={"Sec-Fetch-Site": "same-origin"},
        )


def invite(app: Flask, number: int) -> list[Guest]:
    """Store so many debtors with an invoice each, who have entered a minute ago."""
    with app.app_context(), tenancy.everywhere(), writing():
        owner = factories.organisation()
        with tenancy.scope(owner.id):
            found_types(organisation_id=owner.id)
        creditor, now = factories.creditor(owner), clock.now()
        guests = []
        for one in range(number):
            debtor = factories.debtor(owner, language="en")
            contact = factories.contact_point(debtor)
            invoice = factories.invoice(debtor, creditor)
            link = factories.link(debtor, contact, issued_at=now, expires_at=now + timedelta(days=14))
            guest = Guest(one, debtor.id, invoice.id, new_secret())
            factories.visit(
                link,
                secret=guest.secret,
                language="en",
                started_at=now,
                seen_at=now,
                expires_at=now + timedelta(hours=8),
                contents={"chosen": [invoice.public_id]},
            )
            guests.append(guest)
    return guests


@dataclass(frozen=True, slots=True)
class Stored:
    """How often each debtor has what one reaction makes."""

    reactions: Counter[int]
    exemptions: Counter[int]
    audit_lines: Counter[int]
    messages: Counter[int]

    def wrong(self, guests: Sequence[Guest]) -> list[Guest]:
        """Return those who have not exactly one of each."""
        return [
            one
            for one in guests
            if (
                self.reactions[one.debtor_id],
                self.exemptions[one.invoice_id],
                self.audit_lines[one.debtor_id],
                self.messages[one.debtor_id],
            )
            != (1, 1, 1, 1)
        ]


def stored(app: Flask) -> Stored:
    """Count what the reactions made: by debtor, exemptions by invoice."""
    line, audits = audit.AuditEvent, audit.AuditEvent.what == "reaction.submitted"
    with app.app_context(), tenancy.everywhere(), reading():
        return Stored(
            Counter(db.session.scalars(select(Reaction.debtor_id))),
            Counter(db.session.scalars(select(Exemption.invoice_id))),
            Counter(db.session.scalars(select(line.debtor_id).where(audits))),
            Counter(
                db.session.scalars(select(Message.debtor_id).where(Message.event == "reaction_received"))
            ),
        )
