"""The pages of letters in a real browser, on three widths and in two languages, and a letter as it looks."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import select, update

from collections_portal.jobs import print_letters
from core import clock, tenancy
from core.database import db
from core.members import sessions
from core.members.models import Role
from dunning import operations
from dunning.models import DunningStage, StageChannel
from messaging.letter_models import LetterBatch
from messaging.letter_shelf import letter_shelf_in
from tests import factories
from tests.axe import violations_of
from tests.browsing import DESKTOP, PHONE
from tests.dunning.press import code_on
from tests.serving import Served

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
TABLET = 768
HOMES = (
    {"first_name": "Sanne", "last_name": "Visser", "city": "Utrecht", "postcode": "3511 AB"},
    {"first_name": "Amélie", "last_name": "Dubois", "city": "Bruxelles", "postcode": "1000", "country": "BE"},
)


def stage(served: Served, language: str) -> tuple[str, str, bytes]:
    """Print two letters; return an agent's cookie, the batch's id and its PDF."""
    with served.app.app_context():
        owner = factories.organisation(
            language=language,
            country="BE" if language == "fr" else "NL",
            postal_address="Stationsplein 9\n1012 AB Amsterdam",
            register_number="KvK 12345678",
        )
        creditor, today = factories.creditor(owner), clock.now().date()
        for home in HOMES:
            debtor = factories.debtor(
                owner, **(home | {"street": "Dorpsstraat", "house_number": "12", "language": language})
            )
            for age in (9, 12):
                due_on = today - timedelta(days=age)
                factories.invoice(debtor, creditor, due_on=due_on, invoiced_on=due_on)
        member = factories.member(owner, role=Role.AGENT, language=language)
        with tenancy.scope(owner.id):
            policy = operations.found_policy(organisation_id=owner.id)
            db.session.execute(update(DunningStage).values(channel=StageChannel.LETTER))
            run = operations.propose(organisation=owner, policy_id=policy.id, now=clock.now())
            operations.confirm(organisation=owner, run=run, member_id=None, now=clock.now())
            secret = sessions.begin(member=member, browser="Chromium", now=clock.now())
            db.session.commit()
        print_letters(served.app)
        with tenancy.scope(owner.id):
            batch = db.session.scalars(select(LetterBatch)).one()
            shelf = letter_shelf_in(served.app.config["PORTAL"].var_dir)
            return secret, batch.public_id, shelf.read(batch)


@SQLITE
@pytest.mark.parametrize("language", ["nl", "fr"])
def test_the_pages_fit_every_width_and_axe_finds_nothing_serious(
    served: Served,
    open_tab: Callable[..., Page],
    photograph: Callable[[Page, str], None],
    language: str,
) -> None:
    secret, batch, pdf = stage(served, language)
    pages = {"letters": "/desk/letters", "letters-of-a-run": f"/desk/letters/{batch}"}
    for width in (PHONE, TABLET, DESKTOP):
        tab = open_tab(width=width, javascript=width != TABLET, language=language)
        tab.context.add_cookies([{"name": "desk", "value": secret, "url": served.url}])
        for name, path in pages.items():
            tab.goto(f"{served.url}{path}")
            photograph(tab, f"{name}-{language}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
            if width == PHONE:
                found = [one for one in violations_of(tab) if one["impact"] in ("serious", "critical")]
                assert found == [], name
    tab = open_tab(width=DESKTOP, javascript=True, language=language)
    tab.goto(f"{served.url}/k/{code_on(pdf, 1).rpartition('/')[2]}")
    tab.locator("main form button").click()
    tab.get_by_role("table").wait_for()
