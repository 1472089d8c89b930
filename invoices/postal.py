"""Where a letter to a debtor goes: the postal address, when all that a postman needs is there."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core import prepared
from core.bulk import among_given
from invoices.models import Debtor, DebtorKind


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as it is written: names first, then street, then postcode and place.

    `country` is ISO 3166, empty when it is the sender's own.
    """

    names: tuple[str, ...]
    street: str
    place: str
    country: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands in the window, but for the country, which is written in the sender's language."""
        return (*self.names, self.street, self.place)

    @property
    def in_short(self) -> str:
        """The address without names, in one line of at most 254 characters."""
        return ", ".join(part for part in (self.street, self.place, self.country) if part)[:254]


def postal_address(*, debtor: Debtor, home: str) -> PostalAddress | None:
    """Return where letters to the debtor go, None while something lacks; `home` is the sender's country.

    Needed are a name, a street (its number may stand in it), a postcode and a place.
    """
    company, person = debtor.company_name.strip(), _person(debtor)
    if debtor.kind is DebtorKind.COMPANY:
        names = [company, debtor.attention_of.strip()]
    else:
        names = [person, debtor.attention_of.strip()] if debtor.last_name.strip() else []
    street, postcode, city = (part.strip() for part in (debtor.street, debtor.postcode, debtor.city))
    if not (names and names[0] and street and postcode and city):
        return None
    return PostalAddress(
        names=tuple(name for name in names if name),
        street=f"{street} {debtor.house_number.strip()}".strip(),
        place=f"{postcode} {city}",
        country="" if debtor.country in ("", home) else debtor.country,
    )


def _filled(column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return func.trim(column) != ""


_ADDRESSED = select(Debtor.id).where(
    Debtor.organisation_id == bindparam("of_organisation"),
    among_given(Debtor.id),
    *(_filled(column) for column in (Debtor.street, Debtor.postcode, Debtor.city)),
    or_(
        and_(Debtor.kind == DebtorKind.COMPANY, _filled(Debtor.company_name)),
        and_(Debtor.kind == DebtorKind.PERSON, _filled(Debtor.last_name)),
    ),
)


def debtors_with_address(*, organisation_id: int, debtor_ids: Collection[int]) -> frozenset[int]:
    """Return those of the debtors to whom a letter can go, by the rule of `postal_address`."""
    return frozenset(prepared.ask(_ADDRESSED, organisation_id=organisation_id, ids=debtor_ids).scalars())


def _person(debtor: Debtor) -> str:
    parts = (debtor.first_name or debtor.initials, debtor.middle_names, debtor.last_name)
    return " ".join(part.strip() for part in parts if part.strip())
