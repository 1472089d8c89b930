"""What an organisation decides about its creditors: the numbers debtors pay to are checked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select
from stdnum import bic, iban
from stdnum.exceptions import ValidationError

from core.clock import day_in
from core.database import db
from core.organisations.changes import SettingsChangedMeanwhile, differences, hold, tell
from core.organisations.models import Creditor, Organisation
from core.organisations.operations import CreditorCodeKnown, add_creditor
from core.organisations.queries import creditor_by_public_id
from core.organisations.settings import Rule, checked, line, mark_of, values_of
from core.refusals import N_, Refusal


class IbanNotValid(Refusal):
    """The check digits (ISO 13616) or the length of the account number are wrong."""

    sentence = N_("This IBAN is not right. Check it against a letter from the bank.")


class BicNotValid(Refusal):
    """No code of the form of ISO 9362."""

    sentence = N_("This BIC is not right. It has 8 or 11 letters and digits.")


class AccountNotConfirmed(Refusal):
    """Where debtors' money goes is changed only by a member who has shown again who they are."""

    sentence = N_("Enter your password too: debtors will pay to another account.")


def _iban(text: str) -> str:
    if not text.strip():
        return ""
    try:
        # National rules know lists of banks that change faster than a library.
        return str(iban.validate(text, check_country=False))
    except ValidationError as error:
        raise IbanNotValid from error


def _bic(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return str(bic.validate(text))
    except ValidationError as error:
        raise BicNotValid from error


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "code": line(40, needed=True),
        "name": line(120, needed=True),
        "account_name": line(120),
        "iban": _iban,
        "bic": _bic,
        "company_number": line(40),
        # A box that is ticked sends something, one that is not sends nothing.
        "adds_vat": bool,
    }
)

ACCOUNT = frozenset({"account_name", "iban", "bic"})


def enter_creditor(
    *, organisation_id: int, values: Mapping[str, str], member_id: int, now: datetime
) -> Creditor:
    """Add a creditor as typed; `values` has the keys of RULES. Raises SettingsRefused, CreditorCodeKnown."""
    good = checked(values, RULES)
    hold(organisation_id=organisation_id)
    return add_creditor(organisation_id=organisation_id, now=now, member_id=member_id, **good)


def change_creditor(
    *,
    organisation_id: int,
    public_id: str,
    values: Mapping[str, str],
    mark: str,
    is_confirmed: bool = False,
    member_id: int,
    now: datetime,
) -> Creditor:
    """Change a creditor; `mark` is `settings.mark_of` the values the form showed.

    `is_confirmed` says that the member typed their password again. Raises SettingsRefused, CreditorUnknown,
    CreditorCodeKnown, SettingsChangedMeanwhile, and AccountNotConfirmed.
    """
    good = checked(values, RULES)
    hold(organisation_id=organisation_id)
    creditor = creditor_by_public_id(organisation_id=organisation_id, public_id=public_id)
    db.session.refresh(creditor)
    if mark_of(values_of(creditor, RULES)) != mark:
        raise SettingsChangedMeanwhile
    _keep_codes_apart(creditor, good["code"])
    good["account_name"] = good["account_name"] or good["name"]
    changes = differences(values_of(creditor, good), good)
    if ACCOUNT & changes.keys() and not is_confirmed:
        raise AccountNotConfirmed
    if "adds_vat" in changes:
        zone = db.session.get_one(Organisation, organisation_id).zone
        # Today's reminders may have left already; each day says one thing.
        tomorrow = day_in(now, zone) + timedelta(days=1)
        creditor.adds_vat_from = tomorrow if good["adds_vat"] else None
    for name, value in good.items():
        setattr(creditor, name, value)
    if changes:
        tell(
            organisation_id=organisation_id,
            what="creditor.changed",
            about="creditor",
            about_id=creditor.id,
            member_id=member_id,
            now=now,
            changes=changes,
            details={"code": creditor.code, "name": creditor.name},
        )
    return creditor


def _keep_codes_apart(creditor: Creditor, code: str) -> None:
    other = select(Creditor.id).where(
        Creditor.organisation_id == creditor.organisation_id,
        Creditor.code == code,
        Creditor.id != creditor.id,
    )
    if db.session.scalar(other) is not None:
        raise CreditorCodeKnown(code=code)
