"""The demo's organisation, its members, creditors, debtors and invoices, stored by the rooms themselves."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from collections_portal.demo.cast import PLAYERS, Bill, Player
from core.database import db
from core.identifiers import ALPHABET
from core.members import operations as members
from core.members.models import Member, Role
from core.organisations import operations as organisations
from core.organisations.models import Creditor, Organisation
from core.web.accounts import hash_of_new_password
from dunning.operations import found_policy
from invoices import operations as invoices
from invoices.models import Channel, ContactPoint, Debtor, DebtorKind, Invoice
from invoices.names import sort_name_of
from reactions.operations.founding import found_types

TERM = timedelta(days=30)
STAFF = (
    ("Noor Bakker", "noor@voltwerk.example", Role.AGENT, "en"),
    ("Pieter Smit", "pieter@voltwerk.example", Role.ADMINISTRATOR, "nl"),
    ("Vera Mulder", "vera@voltwerk.example", Role.VIEWER, "nl"),
)


@dataclass(frozen=True, slots=True)
class Key:
    """What somebody needs to sign in to this demo."""

    name: str
    email: str
    role: Role
    password: str


def found(*, now: datetime) -> Organisation:
    """Store the organisation with its settings, types, policy and creditors."""
    organisation = organisations.found(
        name="Voltwerk", language="nl", country="NL", zone="Europe/Amsterdam", currency="EUR", now=now
    )
    organisation.support_phone = "020-1234567"
    organisation.support_hours = "09:00 - 17:00"
    organisation.support_email = "facturen@voltwerk.example"
    organisation.debt_help_name, organisation.debt_help_phone = "Geldfit", "0800 8115"
    organisation.postal_address = "Stroomweg 12, 1099 ZZ Amsterdam"
    organisation.register_number = "KvK 01234567"
    return organisation


def equip(organisation: Organisation, *, now: datetime) -> None:
    """Store what an organisation works with: reaction types, a dunning policy, creditors."""
    found_types(organisation_id=organisation.id)
    found_policy(organisation_id=organisation.id)
    for code, name, iban, bic in (
        ("VW", "Voltwerk Nederland", "NL02ABNA0123456789", "ABNANL2A"),
        ("VWB", "Voltwerk België", "BE68539007547034", "BBRUBEBB"),
    ):
        organisations.add_creditor(
            organisation_id=organisation.id, code=code, name=name, iban=iban, bic=bic, now=now
        )


def staff(organisation: Organisation, *, now: datetime) -> list[Key]:
    """Store the members, each with a random password of this run, and return how they sign in."""
    return [_employed(organisation, *person, now=now) for person in STAFF]


def _employed(
    organisation: Organisation, name: str, email: str, role: Role, language: str, *, now: datetime
) -> Key:
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    member: Member = members.invite(
        organisation_id=organisation.id,
        email=email,
        name=name,
        role=role,
        language=language,
        by=None,
        now=now,
    )
    members.set_password(
        organisation_id=organisation.id,
        public_id=member.public_id,
        password_hash=hash_of_new_password(member, password, organisation_name=organisation.name),
        now=now,
    )
    return Key(name, email, role, password)


def debtors(organisation: Organisation, *, today: date, now: datetime) -> None:
    """Store every player with contacts and invoices, as they stood before anything happened to them."""
    creditors = {
        creditor.code: creditor
        for creditor in db.session.scalars(
            select(Creditor).where(Creditor.organisation_id == organisation.id)
        )
    }
    for player in PLAYERS:
        debtor = _debtor(organisation, player, now)
        for bill in player.bills:
            _invoice(debtor, creditors[player.creditor], bill, today, now)


def settle(organisation: Organisation, *, today: date, now: datetime) -> None:
    """Store what happened to the invoices: payments, credit notes, withdrawals."""
    for player in PLAYERS:
        for bill in player.bills:
            _settle(organisation, bill, today, now)


def _debtor(organisation: Organisation, player: Player, now: datetime) -> Debtor:
    street, house_number, postcode, city, country = player.place
    named: dict[str, Any] = {
        "kind": DebtorKind.COMPANY if player.company_name else DebtorKind.PERSON,
        "customer_number": player.customer_number,
        "first_name": player.first_name,
        "middle_names": player.middle_names,
        "last_name": player.last_name,
        "company_name": player.company_name,
        "initials": "",
    }
    debtor = Debtor(
        organisation_id=organisation.id,
        **named,
        sort_name=sort_name_of(**named),
        language=player.language,
        salutation=player.salutation,
        attention_of=player.attention_of,
        street=street,
        house_number=house_number,
        postcode=postcode,
        city=city,
        country=country,
        created_at=now,
        updated_at=now,
    )
    db.session.add(debtor)
    db.session.flush()
    for channel, value in ((Channel.EMAIL, player.email), (Channel.SMS, player.mobile)):
        if value:
            db.session.add(
                ContactPoint(
                    organisation_id=organisation.id,
                    debtor_id=debtor.id,
                    channel=channel,
                    value=value,
                    is_preferred=(channel == Channel.SMS) == player.prefers_sms,
                    created_at=now,
                )
            )
    return debtor


def _invoice(debtor: Debtor, creditor: Creditor, bill: Bill, today: date, now: datetime) -> None:
    due_on = today - timedelta(days=bill.overdue)
    currency = "NOK" if bill.number.startswith("N-") else "EUR"
    db.session.add(
        Invoice(
            organisation_id=debtor.organisation_id,
            creditor_id=creditor.id,
            debtor_id=debtor.id,
            number=bill.number,
            invoiced_on=due_on - TERM,
            due_on=due_on,
            currency=currency,
            amount=bill.amount,
            amount_open=bill.amount,
            description=bill.description,
            created_at=now,
            updated_at=now,
        )
    )
    db.session.flush()


def _settle(organisation: Organisation, bill: Bill, today: date, now: datetime) -> None:
    invoice_id = db.session.scalars(
        select(Invoice.id).where(Invoice.organisation_id == organisation.id, Invoice.number == bill.number)
    ).one()
    paid = bill.amount if bill.settled else bill.paid
    if paid:
        invoices.record_payment(
            organisation_id=organisation.id,
            invoice_id=invoice_id,
            amount=paid,
            paid_on=today - timedelta(days=12),
            reference=bill.number,
            now=now,
            today=today,
        )
    if bill.credited:
        invoices.record_credit_note(
            organisation_id=organisation.id,
            invoice_id=invoice_id,
            number=f"C-{bill.number}",
            amount=bill.credited,
            credited_on=today - timedelta(days=12),
            now=now,
            today=today,
        )
    if bill.withdrawn:
        invoices.withdraw(organisation_id=organisation.id, invoice_id=invoice_id, now=now)
