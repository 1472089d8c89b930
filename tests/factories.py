"""Rows for tests: each function stores one believable thing and returns it, flushed, not committed.

Names are made up. Each row is written in its own organisation's scope, so that a test needs none to set up.
"""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any, TypeVar

from core import tenancy
from core.database import OfOrganisation, db
from core.members.models import Member, Role
from core.organisations.models import Creditor, Organisation
from invoices.importing.kinds import FileKind
from invoices.importing.models import BatchState, ImportBatch
from invoices.models import Channel, ContactPoint, Debtor, DebtorKind, Invoice
from links.models import AccessLink, Visit

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
Row = TypeVar("Row", bound=OfOrganisation)
_numbers = count(1001)


def _stored(row: Row) -> Row:
    with tenancy.scope(row.organisation_id):
        db.session.add(row)
        db.session.flush()
    return row


def organisation(**changes: Any) -> Organisation:
    """Store an organisation: Voltwerk, in Dutch, in Amsterdam."""
    row = Organisation(
        **{
            "name": "Voltwerk",
            "language": "nl",
            "zone": "Europe/Amsterdam",
            "support_phone": "020-1234567",
            "support_email": "help@voltwerk.example",
            "link_validity_hours": 14 * 24,
            "settings_version": 1,
            "created_at": NOW,
        }
        | changes
    )
    db.session.add(row)
    db.session.flush()
    return row


def creditor(owner: Organisation, **changes: Any) -> Creditor:
    """Store a creditor with an IBAN that checks out."""
    values = {"code": f"C{next(_numbers)}", "name": owner.name, "account_name": owner.name, "created_at": NOW}
    return _stored(Creditor(**{"organisation_id": owner.id, "iban": "NL91ABNA0417164300"} | values | changes))


def member(owner: Organisation, **changes: Any) -> Member:
    """Store a member: an agent without a password."""
    number = next(_numbers)
    values = {
        "email": f"member{number}@voltwerk.example",
        "name": f"Member {number}",
        "role": Role.AGENT,
        "fs_uniquifier": f"uniquifier-{number}",
        "created_at": NOW,
    }
    return _stored(Member(**{"organisation_id": owner.id} | values | changes))


def debtor(owner: Organisation, **changes: Any) -> Debtor:
    """Store a debtor: Sanne, a person who reads Dutch."""
    number = next(_numbers)
    values = {
        "kind": DebtorKind.PERSON,
        "customer_number": str(number),
        "sort_name": f"visser {number}",
        "language": "nl",
        "first_name": "Sanne",
        "last_name": f"Visser {number}",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _stored(Debtor(**{"organisation_id": owner.id} | values | changes))


def company(owner: Organisation, **changes: Any) -> Debtor:
    """Store a debtor that is a business."""
    values = {
        "kind": DebtorKind.COMPANY,
        "company_name": "Bakkerij De Korenaar",
        "first_name": "",
        "last_name": "",
    }
    return debtor(owner, **(values | changes))


def contact_point(of: Debtor, **changes: Any) -> ContactPoint:
    """Store a debtor's e-mail address, their preferred one; `channel` and `value` make it a number."""
    number = next(_numbers)
    values = {
        "organisation_id": of.organisation_id,
        "debtor_id": of.id,
        "channel": Channel.EMAIL,
        "value": f"sanne{number}@mail.example",
        "is_preferred": True,
        "created_at": NOW,
    }
    return _stored(ContactPoint(**(values | changes)))


def invoice(of: Debtor, creditor: Creditor, **changes: Any) -> Invoice:
    """Store an invoice of 1,250.00, open and due since 25 October 2026."""
    values = {
        "organisation_id": of.organisation_id,
        "creditor_id": creditor.id,
        "debtor_id": of.id,
        "number": f"2026/{next(_numbers)}",
        "invoiced_on": date(2026, 9, 25),
        "due_on": date(2026, 10, 25),
        "currency": "EUR",
        "amount": 125000,
        "created_at": NOW,
        "updated_at": NOW,
    }
    complete = values | changes
    return _stored(Invoice(**({"amount_open": complete["amount"]} | complete)))


def link(to: Debtor, contact: ContactPoint | None = None, **changes: Any) -> AccessLink:
    """Store an access link, issued now and valid for 14 days."""
    values = {
        "organisation_id": to.organisation_id,
        "debtor_id": to.id,
        "contact_point_id": contact.id if contact else None,
        "channel": contact.channel if contact else Channel.EMAIL,
        "issued_at": NOW,
        "expires_at": NOW + timedelta(days=14),
    }
    return _stored(AccessLink(**(values | changes)))


def visit(through: AccessLink, *, secret: str | None = None, **changes: Any) -> Visit:
    """Store a visit that began now; `secret` is what the visitor's cookie holds."""
    values = {
        "organisation_id": through.organisation_id,
        "link_id": through.id,
        "debtor_id": through.debtor_id,
        "secret_hash": sha256((secret or f"secret-{next(_numbers)}").encode()).hexdigest(),
        "language": "nl",
        "started_at": NOW,
        "seen_at": NOW,
        "expires_at": NOW + timedelta(hours=8),
    }
    return _stored(Visit(**(values | changes)))


def import_of(
    organisation: Organisation, *, at: datetime, kind: FileKind = FileKind.INVOICES, says_open: bool = True
) -> None:
    """Store a file taken in at this moment, which said what is open or did not."""
    db.session.add(
        ImportBatch(
            organisation_id=organisation.id, kind=kind, state=BatchState.DONE, file_name="open.csv",
            stored_as="1", sha256="0" * 64, size=1, findings={"says_open": says_open}, created_at=at,
            finished_at=at,
        )
    )  # fmt: skip
    db.session.flush()
