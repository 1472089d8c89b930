"""Changes to organisations and creditors."""

from datetime import datetime

from sqlalchemy import select

from core import audit, tenancy
from core.database import db
from core.organisations.models import Creditor, Organisation
from core.refusals import N_, Refusal


class CreditorCodeKnown(Refusal):
    """Two creditors of an organisation cannot have one code."""

    sentence = N_("There is already a creditor with the code %(code)s.")
    status = 409


def found(*, name: str, language: str, country: str, zone: str, currency: str, now: datetime) -> Organisation:
    """Add an organisation with the settings everybody starts with; its types, policy and members come after."""
    organisation = Organisation(
        name=name, language=language, country=country, zone=zone, currency=currency, created_at=now
    )
    db.session.add(organisation)
    db.session.flush()
    with tenancy.scope(organisation.id):
        audit.record(
            organisation_id=organisation.id,
            what="organisation.founded",
            about="organisation",
            about_id=organisation.id,
            now=now,
        )
        db.session.flush()
    return organisation


def add_creditor(
    *,
    organisation_id: int,
    code: str,
    name: str,
    now: datetime,
    account_name: str = "",
    iban: str = "",
    bic: str = "",
    company_number: str = "",
    member_id: int | None = None,
) -> Creditor:
    """Add a creditor. Raises CreditorCodeKnown."""
    known = select(Creditor.id).where(Creditor.organisation_id == organisation_id, Creditor.code == code)
    if db.session.scalar(known) is not None:
        raise CreditorCodeKnown(code=code)
    creditor = Creditor(
        organisation_id=organisation_id,
        code=code,
        name=name,
        account_name=account_name or name,
        iban=iban,
        bic=bic,
        company_number=company_number,
        created_at=now,
    )
    db.session.add(creditor)
    db.session.flush()
    audit.record(
        organisation_id=organisation_id,
        what="creditor.added",
        about="creditor",
        about_id=creditor.id,
        now=now,
        member_id=member_id,
        details={"code": code, "name": name},
    )
    return creditor
