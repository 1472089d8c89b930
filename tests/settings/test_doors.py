"""Who may open the settings: administrators, and only those of this organisation."""

from collections.abc import Callable

import pytest

from core.members.models import Role
from tests.people import Person
from tests.settings.conftest import Office

PAGES = (
    "/settings/web",
    "/settings/templates",
    "/settings/templates/invoice_link/email/nl",
    "/settings/templates/invoice_link/sms/nl",
    "/settings/organisation",
    "/settings/organisation/creditors/new",
    "/settings/members",
    "/settings/members/invite",
    "/settings/history",
    "/settings/preview",
)


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_opens_it(boss: Person, path: str) -> None:
    boss.open(path)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
@pytest.mark.parametrize("path", PAGES)
def test_nobody_with_a_lesser_role_opens_it(
    office: Office, at_the_desk: Callable[..., Person], path: str, role: Role
) -> None:
    at_the_desk(role, office.organisation).open(path, status=403)


@pytest.mark.parametrize("tab", ["parameters", "fields", "other"])
def test_the_tabs_of_a_reaction_type_open(office: Office, boss: Person, tab: str) -> None:
    page = boss.open(f"/settings/web/{office.type_id()}/{tab}")
    assert page.heading == "Web settings"
