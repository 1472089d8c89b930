"""What one row of a file says about who owes, in the form in which it is staged."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from core.identifiers import REFERENCE_ALPHABET
from core.refusals import N_
from invoices.importing.codes import COMPANY
from invoices.importing.column_kinds import Value
from invoices.importing.contacts import Phone
from invoices.importing.row_rules import RowRefusal
from invoices.models import Channel, DebtorKind
from invoices.names import plain, sort_name_of

_LONGEST_LAST_NAME = 80
_NUMBER_LETTERS = 12


class CompanyUnnamed(RowRefusal):
    """Called a company, but there is no name."""

    sentence = N_("Fill in the name of the company.")
    column = "company_name"


class NameTooLong(RowRefusal):
    """A person's whole name does not fit."""

    sentence = N_("This text is too long. It may have %(most)s characters.")
    column = "name"


@dataclass(slots=True)
class DebtorNames:
    """Who a row names. `kind` is None where the row does not say it; `kind_if_new` is what a new debtor gets.

    `full_name` is a person's whole name in one cell; it stands as last name of a debtor without other names.
    """

    kind: str | None
    company_name: str | None
    last_name: str | None
    full_name: str | None
    attention_of: str | None
    sort_name: str


def names_of(said: Mapping[str, Value], customer_number: str) -> DebtorNames:
    """Return the names a row gives. Refuses `CompanyUnnamed` and `NameTooLong`."""
    kind, company, last, full = (_text(said, name) for name in ("kind", "company_name", "last_name", "name"))
    attention = _text(said, "attention_of")
    if kind == COMPANY and company is None:
        company, full = full or last, None
        if company is None:
            raise CompanyUnnamed
    if full is not None and (company is not None and kind in (None, COMPANY)):
        # Beside a company's name, the other name is that of the person to write to.
        attention, full = attention or full, None
    if full is not None and len(full) > _LONGEST_LAST_NAME:
        raise NameTooLong(most=_LONGEST_LAST_NAME)
    sort_name = sort_name_of(
        kind=DebtorKind(kind or (DebtorKind.COMPANY if company else DebtorKind.PERSON)),
        company_name=company or "",
        last_name=last or full or "",
        first_name=_text(said, "first_name") or "",
        initials=_text(said, "initials") or "",
        middle_names=_text(said, "middle_names") or "",
        customer_number=customer_number,
    )
    return DebtorNames(kind, company, last, full, attention, sort_name)


def customer_number_of(said: Mapping[str, Value]) -> str:
    """Return the row's customer number, or one derived from who is named: the same for the same person.

    Derived from the name and the first of these that is given: register or VAT number, e-mail address, mobile
    number, postcode with house number. The same name with another of these is somebody else: two people are
    never taken for one because they share a name, and who moves or changes address may appear twice.
    """
    given = _text(said, "customer_number")
    if given is not None:
        return given
    named = " ".join(
        _text(said, name) or "" for name in ("company_name", "name", "first_name", "initials", "last_name")
    )
    digest = int.from_bytes(sha256(f"{plain(named)}|{_told_apart_by(said)}".encode()).digest(), "big")
    letters = ""
    for _ in range(_NUMBER_LETTERS):
        digest, rest = divmod(digest, len(REFERENCE_ALPHABET))
        letters += REFERENCE_ALPHABET[rest]
    return f"N-{letters}"


def contacts_of(said: Mapping[str, Value]) -> dict[tuple[str, str], None]:
    """Return (channel, value) of each address or number in the row, once, in order."""
    found: dict[tuple[str, str], None] = {}
    if email := said.get("email"):
        found[Channel.EMAIL.value, str(email)] = None
    for name in ("mobile", "phone"):
        phone = said.get(name)
        if isinstance(phone, Phone):
            channel = Channel.SMS if phone.takes_sms else Channel.PHONE
            found[channel.value, phone.number] = None
    return found


def _told_apart_by(said: Mapping[str, Value]) -> str:
    for name in ("register_number", "vat_number", "email"):
        if text := _text(said, name):
            return plain(text)
    if isinstance(mobile := said.get("mobile"), Phone):
        return mobile.number
    return plain(f"{_text(said, 'postcode') or ''} {_text(said, 'house_number') or ''}")


def _text(said: Mapping[str, Value], name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) and value else None
