"""Migrations that change rows, on a database of before with such rows in it."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

from core.database import db
from core.transaction import reading, writing
from invoices.models import Channel, ContactPoint, ContactState
from messaging.sms_models import OptOut, OptOutSource
from tests import factories
from tests.backups.places import empty_place, migrated
from tests.databases import Database
from tests.factories import NOW


def test_the_migrations_make_what_the_models_say_also_after_a_way_back(
    database: Database, tmp_path: Path
) -> None:
    with empty_place(database.kind, tmp_path / "new") as place:
        migrated(migrated(migrated(place), to="0002", back=True))
        with place.opened(), db.engine.connect() as connection:
            compared = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(compared, db.metadatas[None]) == []


@pytest.mark.parametrize("spelled", [("An@mail.example",), ("An@mail.example", "an@mail.example")])
def test_0005_knows_who_wants_no_messages_in_whatever_letters(
    database: Database, tmp_path: Path, spelled: tuple[str, ...]
) -> None:
    with empty_place(database.kind, tmp_path / "old") as place:
        migrated(place, to="0002")
        with place.opened(), writing():
            here, elsewhere = factories.organisation(), factories.organisation()
            for owner in (here, elsewhere):
                factories.contact_point(factories.debtor(owner), value="AN@mail.example")
            for value in spelled:
                opted_out = {"channel": Channel.EMAIL, "source": OptOutSource.COMPLAINT, "began_at": NOW}
                db.session.add(OptOut(organisation_id=here.id, value=value, **opted_out))
                db.session.flush()
        migrated(place)
        with place.opened(), reading():
            assert db.session.scalars(select(OptOut.value)).all() == ["an@mail.example"]
            states = db.session.scalars(select(ContactPoint.state).order_by(ContactPoint.id)).all()
            assert states == [ContactState.OPTED_OUT, ContactState.USABLE]
