"""Debtors entered and changed by hand."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import audit, identifiers
from core.database import db
from core.refusals import N_, Refusal
from core.texts import one_line
from invoices.importing.texts import register_number, vat_number
from invoices.models import Debtor, DebtorKind
from invoices.names import sort_name_of


class DebtorRefused(Refusal):
    """Something about a debtor that cannot be stored; `field` names what to look at."""

    field = ""


class LastNameMissing(DebtorRefused):
    """A person without a last name."""

    sentence = N_("Fill in the last name.")
    field = "last_name"


class CompanyNameMissing(DebtorRefused):
    """A business without a name."""

    sentence = N_("Fill in the name of the company.")
    field = "company_name"


class CustomerNumberKnown(DebtorRefused):
    """Two debtors of an organisation cannot have one customer number."""

    sentence = N_("Another debtor already has customer number %(number)s.")
    field = "customer_number"


class NumberRefused(DebtorRefused):
    """A VAT or register number whose check digits do not fit, or that is no such number."""

    def __init__(self, field: str, because: Refusal) -> None:
        self.field, self.sentence = field, because.sentence
        super().__init__(**because.values)


class DebtorChangedMeanwhile(Refusal):
    """A colleague or an import stored something else since the form was opened."""

    sentence = N_("Somebody changed this debtor in the meantime. Look at the page again before you save.")
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtorDetails:
    """All that is known of a person or business besides how to reach them; texts may be empty."""

    kind: DebtorKind
    language: str
    customer_number: str = ""
    salutation: str = ""
    first_name: str = ""
    initials: str = ""
    middle_names: str = ""
    last_name: str = ""
    company_name: str = ""
    legal_form: str = ""
    vat_number: str = ""
    register_number: str = ""
    attention_of: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""


def add_debtor(
    *, organisation_id: int, details: DebtorDetails, country: str, now: datetime, member_id: int | None = None
) -> Debtor:
    """Store a debtor; without a customer number one is made. `country` counts where the address names none.

    Raises the kinds of DebtorRefused.
    """
    fit = _checked(details, country)
    if not fit.customer_number:
        fit = replace(fit, customer_number=f"D-{identifiers.reference()[2:]}")
    debtor = Debtor(organisation_id=organisation_id, created_at=now, updated_at=now)
    _store(debtor, fit)
    _tell(debtor, "debtor.added", now, member_id, number=debtor.customer_number)
    return debtor


def change_debtor(
    *,
    organisation_id: int,
    debtor_id: int,
    details: DebtorDetails,
    country: str,
    as_of: str,
    now: datetime,
    member_id: int | None = None,
) -> Debtor:
    """Change a debtor as it stood at `as_of` (see `state_of`); an empty customer number changes nothing.

    Raises DebtorChangedMeanwhile and the kinds of DebtorRefused.
    """
    debtor = db.session.scalars(
        select(Debtor)
        .where(Debtor.organisation_id == organisation_id, Debtor.id == debtor_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if state_of(debtor) != as_of:
        raise DebtorChangedMeanwhile
    fit = _checked(details, country)
    fit = replace(fit, customer_number=fit.customer_number or debtor.customer_number)
    changed = [field.name for field in fields(fit) if getattr(debtor, field.name) != getattr(fit, field.name)]
    if changed:
        debtor.updated_at = now
        _store(debtor, fit)
        _tell(debtor, "debtor.changed", now, member_id, fields=changed)
    return debtor


def state_of(debtor: Debtor) -> str:
    """Return what a form carries to notice that the debtor was changed in the meantime."""
    return debtor.updated_at.isoformat()


def _checked(details: DebtorDetails, country: str) -> DebtorDetails:
    texts: dict[str, Any] = {
        name: one_line(text) for name, text in asdict(details).items() if name not in ("kind", "language")
    }
    fit = replace(details, **texts)
    if fit.kind == DebtorKind.COMPANY and not fit.company_name:
        raise CompanyNameMissing
    if fit.kind == DebtorKind.PERSON and not fit.last_name:
        raise LastNameMissing
    return replace(
        fit,
        vat_number=_number("vat_number", fit.vat_number, fit.country or country),
        register_number=_number("register_number", fit.register_number, fit.country or country),
    )


def _number(field: str, text: str, country: str) -> str:
    read = vat_number if field == "vat_number" else register_number
    try:
        return read(text, country=country) if text else ""
    except Refusal as refusal:
        raise NumberRefused(field, refusal) from refusal


def _store(debtor: Debtor, details: DebtorDetails) -> None:
    known = select(Debtor.id).where(
        Debtor.organisation_id == debtor.organisation_id, Debtor.customer_number == details.customer_number
    )
    with db.session.no_autoflush:
        if db.session.scalars(known).first() not in (None, debtor.id):
            raise CustomerNumberKnown(number=details.customer_number)
    for name, value in asdict(details).items():
        setattr(debtor, name, value)
    debtor.sort_name = sort_name_of(
        kind=details.kind,
        company_name=details.company_name,
        last_name=details.last_name,
        first_name=details.first_name,
        initials=details.initials,
        middle_names=details.middle_names,
        customer_number=details.customer_number,
    )
    try:
        with db.session.begin_nested():
            db.session.add(debtor)
    except IntegrityError as error:
        raise CustomerNumberKnown(number=details.customer_number) from error


def _tell(debtor: Debtor, what: str, now: datetime, member_id: int | None, **details: object) -> None:
    audit.record(
        organisation_id=debtor.organisation_id,
        what=what,
        about="debtor",
        about_id=debtor.id,
        now=now,
        member_id=member_id,
        debtor_id=debtor.id,
        details=details,
    )
