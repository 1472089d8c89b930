"""Changes to organisations and creditors."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core import audit, tenancy
from core.database import db
from core.organisations.changes import SettingsChangedMeanwhile, differences, hold, tell
from core.organisations.logos import CONTENT_TYPE, redrawn
from core.organisations.models import Creditor, Organisation
from core.organisations.settings import FOUNDING, checked, mark_of, values_of
from core.refusals import N_, Refusal


class CreditorCodeKnown(Refusal):
    """Two creditors of an organisation cannot have one code."""

    sentence = N_("There is already a creditor with the code %(code)s.")
    status = 409


def found(*, name: str, language: str, country: str, zone: str, currency: str, now: datetime) -> Organisation:
    """Add an organisation with the settings everybody starts with; types, policy and members come after.

    Raises SettingsRefused with every error at once.
    """
    typed = {"name": name, "language": language, "country": country, "zone": zone, "currency": currency}
    organisation = Organisation(**checked(typed, FOUNDING), created_at=now)
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


def change(
    *, organisation_id: int, values: Mapping[str, str], mark: str, member_id: int, now: datetime
) -> Organisation:
    """Change settings; `values` are as typed, `mark` is `settings.mark_of` the values the form showed.

    Raises SettingsRefused with every error at once, and SettingsChangedMeanwhile.
    """
    good = checked(values)
    organisation = _held(organisation_id)
    if mark_of(values_of(organisation, good)) != mark:
        raise SettingsChangedMeanwhile
    _store(organisation, good, member_id=member_id, now=now)
    return organisation


def change_logo(*, organisation_id: int, data: bytes | None, member_id: int, now: datetime) -> Organisation:
    """Show another logo on the debtor's pages, or none. Raises what logos.redrawn refuses."""
    picture = None if data is None else redrawn(data)
    organisation = _held(organisation_id)
    before = len(organisation.logo or b"")
    organisation.logo, organisation.logo_type = picture, CONTENT_TYPE if picture else None
    tell(
        organisation_id=organisation_id,
        what="organisation.logo_changed",
        about="organisation",
        about_id=organisation_id,
        member_id=member_id,
        now=now,
        changes={"logo": [before, len(picture or b"")]},
    )
    return organisation


def _held(organisation_id: int) -> Organisation:
    hold(organisation_id=organisation_id)
    return db.session.get_one(Organisation, organisation_id, populate_existing=True)


def _store(organisation: Organisation, good: Mapping[str, Any], *, member_id: int, now: datetime) -> None:
    changes = differences(values_of(organisation, good), good)
    if not changes:
        return
    for name, value in good.items():
        setattr(organisation, name, value)
    tell(
        organisation_id=organisation.id,
        what="organisation.changed",
        about="organisation",
        about_id=organisation.id,
        member_id=member_id,
        now=now,
        changes=changes,
    )


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
    adds_vat: bool = False,
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
        adds_vat=adds_vat,
        # There is no reminder of this creditor yet.
        adds_vat_from=now.date() if adds_vat else None,
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
