"""The outbox of one organisation, for tests of delivery."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from core import tenancy
from tests import factories
from tests.fakes.smtp import SmtpSink
from tests.fakes.twilio import FakeTwilio
from tests.messaging.outbox import Outbox


@pytest.fixture
def outbox(app: Flask, session: scoped_session[Session], tmp_path: Path) -> Iterator[Outbox]:
    """Voltwerk's outbox, with a mail server and Twilio that work until told otherwise."""
    organisation = factories.organisation()
    creditor = factories.creditor(organisation)
    session.commit()
    with SmtpSink(tmp_path, starttls=False) as sink, FakeTwilio() as twilio, tenancy.everywhere():
        yield Outbox(app, organisation, creditor, sink, twilio)
        session.rollback()
