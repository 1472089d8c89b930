"""Statements asked side by side: one of them for all, each for its own organisation only."""

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.prepared import SideBySide
from invoices.models import Debtor, Invoice
from tests import factories

ASKED = SideBySide(
    debtors=select(func.count().label("number"), func.min(Debtor.id).label("first")).where(
        Debtor.organisation_id == bindparam("of_organisation")
    ),
    invoices=select(func.count().label("number")).where(
        Invoice.organisation_id == bindparam("of_organisation"), Invoice.amount_open > bindparam("more")
    ),
)


def test_each_part_has_its_row_by_its_own_names(session: scoped_session[Session]) -> None:
    here, elsewhere = factories.organisation(), factories.organisation()
    debtor, creditor = factories.debtor(here), factories.creditor(here)
    for amount in (100, 200, 300):
        factories.invoice(debtor, creditor, amount=amount)
    factories.debtor(elsewhere)
    with tenancy.scope(here.id):
        found = ASKED.ask(organisation_id=here.id, more=100)
    assert found == {"debtors": {"number": 1, "first": debtor.id}, "invoices": {"number": 2}}


def test_what_is_not_worked_for_is_not_asked(session: scoped_session[Session]) -> None:
    here, elsewhere = factories.organisation(), factories.organisation()
    with pytest.raises(tenancy.NoOrganisation):
        ASKED.ask(organisation_id=here.id, more=0)
    with tenancy.scope(here.id), pytest.raises(tenancy.ForeignRow):
        ASKED.ask(organisation_id=elsewhere.id, more=0)
