"""Questions about organisations and creditors."""

from collections.abc import Sequence

from sqlalchemy import select

from core.database import db
from core.organisations.models import Creditor, Organisation
from core.refusals import N_, Refusal


class LogoUnknown(Refusal):
    """The organisation is not there or has no logo."""

    sentence = N_("This page does not exist.")
    status = 404


class CreditorUnknown(Refusal):
    """This organisation has no such creditor."""

    sentence = N_("This page does not exist.")
    status = 404


class OrganisationUnknown(Refusal):
    """There is no such organisation."""

    sentence = N_("This page does not exist.")
    status = 404


def organisation(*, organisation_id: int) -> Organisation:
    """Return the organisation. Raises OrganisationUnknown."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise OrganisationUnknown
    return found


def organisation_by_public_id(*, public_id: str) -> Organisation:
    """Return the organisation. Raises OrganisationUnknown."""
    found = db.session.scalar(select(Organisation).where(Organisation.public_id == public_id))
    if found is None:
        raise OrganisationUnknown
    return found


def organisations_open() -> Sequence[Organisation]:
    """Return every organisation that is not closed, for work that goes round all of them."""
    return db.session.scalars(select(Organisation).where(Organisation.closed_at.is_(None))).all()


def organisations_all() -> Sequence[Organisation]:
    """Return every organisation, closed ones too."""
    return db.session.scalars(select(Organisation).order_by(Organisation.id)).all()


def creditors_of(*, organisation_id: int) -> Sequence[Creditor]:
    """Return the organisation's creditors by code."""
    return db.session.scalars(
        select(Creditor).where(Creditor.organisation_id == organisation_id).order_by(Creditor.code)
    ).all()


def creditor_by_public_id(*, organisation_id: int, public_id: str) -> Creditor:
    """Return the creditor. Raises CreditorUnknown."""
    found = db.session.scalar(
        select(Creditor).where(Creditor.organisation_id == organisation_id, Creditor.public_id == public_id)
    )
    if found is None:
        raise CreditorUnknown
    return found


def accent_of(*, public_id: str) -> str:
    """Return the accent colour of an open organisation, `#RRGGBB`. Raises OrganisationUnknown."""
    found = db.session.scalar(
        select(Organisation.accent).where(
            Organisation.public_id == public_id, Organisation.closed_at.is_(None)
        )
    )
    if found is None:
        raise OrganisationUnknown
    return found


def logo_of(*, public_id: str) -> tuple[bytes, str]:
    """Return the picture and its content type of an open organisation. Raises LogoUnknown."""
    found = db.session.execute(
        select(Organisation.logo, Organisation.logo_type).where(
            Organisation.public_id == public_id, Organisation.closed_at.is_(None)
        )
    ).one_or_none()
    if found is None or found.logo is None or found.logo_type is None:
        raise LogoUnknown
    return found.logo, found.logo_type
