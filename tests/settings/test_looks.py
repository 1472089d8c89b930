"""The settings in a browser without script: nothing runs off a phone, nothing shuts anybody out (axe)."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import FilePayload, Page, expect

from core import clock, tenancy
from core.database import db
from core.members import sessions
from core.members.models import Role
from reactions.operations.founding import found_types
from reactions.queries.reaction_types import types_of
from tests import factories
from tests.axe import violations_of
from tests.browsing import DESKTOP, PHONE
from tests.serving import Served
from tests.settings.test_other import picture

PAGES = (
    "web/{type}/parameters",
    "web/{type}/fields",
    "web/{type}/other",
    "templates",
    "templates/invoice_link/email/nl",
    "templates/reminder_1/sms/fr",
    "organisation",
    "organisation/creditors/new",
    "organisation/sms",
    "members",
    "members/{member}",
    "members/invite",
    "history",
    "preview",
)


@dataclass(frozen=True)
class Settings:
    """The settings of a running portal, opened by an administrator."""

    url: str
    secret: str
    type: str
    member: str

    def open(self, tab: Page, path: str) -> None:
        """Open a page of the settings."""
        tab.context.add_cookies([{"name": "desk", "value": self.secret, "url": self.url}])
        tab.goto(f"{self.url}/settings/{path.format(type=self.type, member=self.member)}")


@pytest.fixture
def settings(served: Served) -> Settings:
    """An organisation with its types, a creditor and a second member with a long name."""
    with served.app.app_context():
        organisation = factories.organisation()
        with tenancy.scope(organisation.id):
            found_types(organisation_id=organisation.id)
            factories.creditor(organisation)
            long_name = "Wilhelmina van Oudenaarden-Verhoeven"
            colleague = factories.member(organisation, name=long_name, language="fr")
            boss = factories.member(organisation, role=Role.ADMINISTRATOR, language="fr")
            secret = sessions.begin(member=boss, browser="Firefox, Linux", now=clock.now())
            first = types_of(organisation_id=organisation.id, language="fr")[0].public_id
            db.session.commit()
        return Settings(served.url, secret, first, colleague.public_id)


def look_over(tab: Page) -> None:
    tab.wait_for_load_state()
    over = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{tab.url} can be scrolled sideways by {over} pixels."
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations_of(tab)] == [], tab.url


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_page_fits_a_tablet_and_is_open_to_everybody(
    settings: Settings, open_tab: Callable[..., Page], photograph: Callable[[Page, str], None]
) -> None:
    """Phones and desks are tried with the pages of the other doors, in `tests/browser`."""
    tab = open_tab(width=768)
    for number, path in enumerate(PAGES):
        settings.open(tab, path)
        look_over(tab)
        photograph(tab, f"settings-{number:02}-{path.partition('/')[0]}")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_refused_form_fits_too_and_works_without_script(
    settings: Settings,
    open_tab: Callable[..., Page],
    photograph: Callable[[Page, str], None],
    width: int,
) -> None:
    tab = open_tab(width=width, javascript=False)
    settings.open(tab, "web/{type}/other")
    tab.fill("[name=number]", "2000")
    tab.fill("[name=accent]", "jaune")
    tab.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(tab.locator(".error-summary li")).to_have_count(2)
    expect(tab.locator("[name=accent]")).to_have_value("jaune")
    photograph(tab, "settings-refused")
    settings.open(tab, "templates/invoice_link/email/nl")
    tab.fill("[name=body]", "Betaal nu.")
    tab.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(tab.locator(".error-summary")).to_contain_text("((link))")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [PHONE, 768, DESKTOP])
def test_refused_limits_of_sms_fit_with_every_code_in_sight(
    settings: Settings,
    open_tab: Callable[..., Page],
    photograph: Callable[[Page, str], None],
    width: int,
) -> None:
    tab = open_tab(width=width)
    settings.open(tab, "organisation/sms")
    tab.fill("[name=sms_per_day]", "1.000.000")
    tab.fill("[name=sms_countries]", "BE UK Belgique")
    tab.get_by_role("button", name="Enregistrer", exact=True).press("Enter")
    expect(tab.locator(".error-summary li")).to_have_count(2)
    expect(tab.locator(".error-summary")).to_be_focused()
    tab.locator("details.disclosure > summary").press("Enter")
    expect(tab.get_by_text("Royaume-Uni", exact=True)).to_be_visible()
    look_over(tab)
    photograph(tab, "settings-sms-refused")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_logo_is_chosen_and_shown_to_debtors(settings: Settings, open_tab: Callable[..., Page]) -> None:
    tab = open_tab(width=DESKTOP, javascript=False)
    settings.open(tab, "web/{type}/other")
    file = FilePayload(name="logo.png", mimeType="image/png", buffer=picture())
    tab.set_input_files("[name=picture]", [file])
    tab.get_by_role("button", name="Enregistrer le logo").click()
    expect(tab.locator("img[src*='/logo/']").first).to_be_visible()
    settings.open(tab, "preview")
    shown = tab.locator(".brand img")
    assert shown.evaluate("picture => picture.complete && picture.naturalWidth") == 300
