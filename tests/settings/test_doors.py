"""Who may open the settings: administrators, and only those of this organisation."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from core.members.models import Role
from tests.people import Person
from tests.settings.conftest import Office
from tests.visitor import Visitor

PAGES = (
    "/settings/web",
    "/settings/templates",
    "/settings/templates/invoice_link/email/nl",
    "/settings/templates/invoice_link/sms/nl",
    "/settings/organisation",
    "/settings/organisation/creditors/new",
    "/settings/organisation/sms",
    "/settings/members",
    "/settings/members/invite",
    "/settings/history",
    "/settings/preview",
)


def test_an_administrator_opens_every_page(office: Office, boss: Person) -> None:
    for path in (*PAGES, *tabs_of(office)):
        boss.open(path)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_nobody_with_a_lesser_role_opens_any(
    office: Office, at_the_desk: Callable[..., Person], role: Role
) -> None:
    person = at_the_desk(role, office.organisation)
    for path in (*PAGES, *tabs_of(office)):
        person.open(path, status=403)


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(office: Office, visitor: Visitor) -> None:
    for path in (*PAGES, *tabs_of(office)):
        assert visitor.open(path).heading == "Sign in"


def test_no_form_of_the_settings_works_for_a_lesser_role(app: Flask, agent: Person) -> None:
    token = agent.open("/desk/account").form(to="/sign-out").values["csrf_token"]
    posting = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("settings.") and "POST" in (rule.methods or ())
    ]
    assert len(posting) > 15
    for rule in posting:
        path = re.sub("<[^>]+>", "x", rule.rule)
        assert agent.client.post(path, data={"csrf_token": token}).status_code == 403, path


def test_no_form_of_the_settings_works_without_its_token(office: Office, boss: Person) -> None:
    for path in (f"/settings/web/{office.type_id()}/move", "/settings/organisation", "/settings/preview"):
        assert boss.client.post(path, data={"name": "Anders"}).status_code == 400, path
    assert office.now().name == "Voltwerk"


def tabs_of(office: Office) -> list[str]:
    return [f"/settings/web/{office.type_id()}/{tab}" for tab in ("parameters", "fields", "other")]
