"""Many rows at once, on both databases: stored, changed, asked for, and never those of somebody else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.bulk import among, change_all, store_all
from core.database import db
from core.identifiers import public_id
from core.organisations.models import Organisation
from invoices.models import Channel, ContactPoint, ContactState, Debtor
from links.models import AccessLink, token_id
from tests import factories
from tests.factories import NOW

ODD = ('"quoted", {braced}', "back\\slash", "100 % :name", "Zoë 🙂\nnext line", "NULL", "")


@pytest.fixture
def debtor(session: scoped_session[Session]) -> Iterator[Debtor]:
    """A debtor of the organisation at work."""
    debtor = factories.debtor(factories.organisation())
    with tenancy.scope(debtor.organisation_id):
        yield debtor
        session.rollback()


def numbers(debtor: Debtor, reasons: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "public_id": public_id(),
            "value": f"+3161234{number:04}",
            "is_preferred": number == 0,
            "state": ContactState.FAILED if reason else ContactState.USABLE,
            "state_reason": reason,
        }
        for number, reason in enumerate(reasons)
    ]


def stored(debtor: Debtor, reasons: tuple[str, ...] = ODD) -> list[int]:
    same = {"debtor_id": debtor.id, "channel": Channel.SMS, "created_at": NOW}
    found = store_all(
        ContactPoint,
        numbers(debtor, reasons),
        organisation_id=debtor.organisation_id,
        same=same,
        returning=(ContactPoint.value, ContactPoint.id),
    )
    return [contact_id for _, contact_id in sorted(found)]


def contacts() -> list[ContactPoint]:
    found = select(ContactPoint).order_by(ContactPoint.value).execution_options(populate_existing=True)
    return list(db.session.scalars(found))


def test_rows_are_stored_as_they_are_whatever_their_texts_hold(debtor: Debtor) -> None:
    ids = stored(debtor)
    assert [(one.id, one.state_reason) for one in contacts()] == list(zip(ids, ODD, strict=True))
    first = contacts()[0]
    assert (first.channel, first.created_at, first.is_preferred) == (Channel.SMS, NOW, True)
    assert [one.state for one in contacts()] == [ContactState.FAILED] * 5 + [ContactState.USABLE]


def test_moments_bytes_and_defaults_come_back_as_they_went(debtor: Debtor) -> None:
    token, later = token_id(), NOW + timedelta(microseconds=1)
    line = {"public_id": public_id(), "token_id": token, "issued_at": NOW, "expires_at": later}
    store_all(
        AccessLink,
        [{**line, "debtor_id": debtor.id, "channel": Channel.EMAIL, "contact_point_id": None}],
        organisation_id=debtor.organisation_id,
    )
    (link,) = db.session.scalars(select(AccessLink))
    assert (link.token_id, link.issued_at, link.expires_at) == (token, NOW, later)
    assert (link.contact_point_id, link.generation, link.entered, link.revoked_at) == (None, 1, 0, None)


def test_each_row_needs_a_random_name_of_its_own(debtor: Debtor) -> None:
    with pytest.raises(ValueError, match="public_id"):
        store_all(ContactPoint, [{"value": "x"}], organisation_id=debtor.organisation_id)


def test_nothing_to_store_or_change_asks_nothing_of_the_database(debtor: Debtor) -> None:
    assert store_all(ContactPoint, [], organisation_id=debtor.organisation_id) == ()
    change_all(ContactPoint, [], organisation_id=debtor.organisation_id)


def test_each_row_gets_the_values_meant_for_it(debtor: Debtor) -> None:
    first, second, *others = stored(debtor)
    changes = [
        {"id": first, "state": ContactState.OPTED_OUT, "state_reason": "STOP"},
        {"id": second, "state": ContactState.USABLE, "state_reason": ""},
    ]
    change_all(ContactPoint, changes, organisation_id=debtor.organisation_id)
    found = {one.id: (one.state, one.state_reason) for one in contacts()}
    assert found[first] == (ContactState.OPTED_OUT, "STOP")
    assert found[second] == (ContactState.USABLE, "")
    assert [found[one][1] for one in others] == list(ODD[2:])


def test_only_rows_with_these_ids_are_found(debtor: Debtor) -> None:
    first, second, *_ = stored(debtor)

    def found(*ids: int) -> list[int]:
        asked = select(ContactPoint.id).where(among(ContactPoint.id, ids)).order_by(ContactPoint.id)
        return list(db.session.scalars(asked))

    assert found() == []
    assert found(second) == [second]
    # The same statement, compiled once, with other ids.
    assert found(first, second, *range(-5_000, 0)) == [first, second]


def test_rows_of_another_organisation_are_neither_stored_nor_changed(debtor: Debtor) -> None:
    with tenancy.everywhere():
        elsewhere: Organisation = factories.organisation()
    with pytest.raises(tenancy.ForeignRow):
        store_all(ContactPoint, numbers(debtor, ODD), organisation_id=elsewhere.id)
    (first, *_) = stored(debtor)
    with tenancy.scope(elsewhere.id):
        with pytest.raises(tenancy.ForeignRow):
            change_all(ContactPoint, [{"id": first, "value": "+1"}], organisation_id=debtor.organisation_id)
        change_all(ContactPoint, [{"id": first, "value": "+1"}], organisation_id=elsewhere.id)
    assert contacts()[0].value == "+31612340000"


def test_without_an_organisation_nothing_is_stored(debtor: Debtor) -> None:
    tenancy.enter(None)
    with pytest.raises(tenancy.NoOrganisation):
        store_all(ContactPoint, numbers(debtor, ODD), organisation_id=debtor.organisation_id)
