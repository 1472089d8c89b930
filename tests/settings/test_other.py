"""The tab Other: how long links are valid, the colour and the logo of the debtor's pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from core import tenancy
from core.database import db
from core.organisations.logos import MOST_BYTES
from invoices.models import ContactPoint
from links.operations import issue
from tests import factories
from tests.moments import Clock
from tests.people import Person
from tests.settings.conftest import Office
from tests.visitor import Visitor


def other(office: Office) -> str:
    return f"/settings/web/{office.type_id()}/other"


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100)) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "#8A3A12").save(written, kind)
    return written.getvalue()


def upload(office: Office, boss: Person, data: bytes, name: str = "logo.png") -> TestResponse:
    token = boss.open(other(office)).form(to="/logo").values["csrf_token"][0]
    return boss.client.post(
        f"{other(office)}/logo", data={"csrf_token": token, "picture": (BytesIO(data), name)}
    )


def test_the_page_says_until_when_a_link_works_that_is_sent_now(
    clock: Clock, office: Office, boss: Person
) -> None:
    assert "A link sent now works until Wednesday 2 December 2026 at 23:59." in boss.open(other(office)).words
    page = boss.open(other(office)).submit({"number": "36", "unit": "hours"}, button="Save")
    assert "A link sent now works until Friday 20 November 2026 at 00:00." in page.words


def test_a_link_that_was_sent_keeps_its_date_and_the_next_one_has_the_new(
    clock: Clock, office: Office, boss: Person
) -> None:
    with office.app.app_context():
        debtor = factories.debtor(office.organisation)
        contact = factories.contact_point(debtor)
        db.session.commit()
    before = _link(office, contact, debtor.id, clock.now)
    boss.open(other(office)).submit({"number": "3", "unit": "days"}, button="Save")
    after = _link(office, contact, debtor.id, clock.now)
    assert before == datetime(2026, 12, 2, 22, 59, tzinfo=UTC)
    assert after == datetime(2026, 11, 21, 22, 59, tzinfo=UTC)


def _link(office: Office, contact: ContactPoint, debtor_id: int, now: datetime) -> datetime:
    organisation = office.now()
    with office.app.app_context(), tenancy.scope(organisation.id):
        link = issue(
            organisation=organisation,
            debtor_id=debtor_id,
            contact_point_id=contact.id,
            channel=contact.channel,
            now=now,
        )
        db.session.commit()
        return link.expires_at


@pytest.mark.parametrize(("number", "unit", "hours"), [("1", "hours", 1), ("1000", "days", 24000)])
def test_the_ends_of_the_range_are_accepted(
    office: Office, boss: Person, number: str, unit: str, hours: int
) -> None:
    boss.open(other(office)).submit({"number": number, "unit": unit}, button="Save")
    assert office.now().link_validity_hours == hours


@pytest.mark.parametrize(
    ("number", "unit"),
    [("0", "hours"), ("1001", "days"), ("24001", "hours"), ("", "days"), ("-3", "days"), ("1.5", "days")],
)
def test_what_lies_beyond_is_refused_at_the_field(
    office: Office, boss: Person, number: str, unit: str
) -> None:
    typed = {"number": number, "unit": unit, "accent": "#123456"}
    page = boss.open(other(office)).submit(typed, button="Save", status=422)
    assert page.words.count("Fill in a whole number, from 1 hour up to 1000 days.") == 2
    form = page.form("Show first")
    assert {name: form.values[name][0] for name in typed} == typed
    assert office.now().link_validity_hours == 14 * 24


def test_a_colour_shows_its_contrast_before_it_is_saved(office: Office, boss: Person) -> None:
    page = boss.open(other(office)).submit({"accent": "#ff9"}, button="Show first")
    assert "This colour is too light to be read" in page.words
    assert office.now().accent == "#0B5560"
    page = boss.open(other(office)).submit({"accent": "#8a3a12"}, button="Save")
    assert "Contrast of a link: 7.2 to 1" in page.words
    assert office.now().accent == "#8A3A12"


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#0B5560;}body{display:none"])
def test_what_is_no_colour_is_refused(office: Office, boss: Person, colour: str) -> None:
    page = boss.open(other(office)).submit({"accent": colour}, button="Save", status=422)
    assert "is not a colour" in page.words


def test_the_style_sheet_follows_the_colour_and_may_be_kept(
    office: Office, boss: Person, visitor: Visitor
) -> None:
    boss.open(other(office)).submit({"accent": "#8A3A12"}, button="Save")
    now = office.now()
    answer = visitor.client.get(f"/theme/{now.public_id}.css?v={now.settings_version}")
    assert answer.mimetype == "text/css"
    assert "--accent:#8a3a12" in answer.text
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert visitor.client.get(f"/theme/{now.public_id}.css").headers["Cache-Control"] == "no-store"
    assert visitor.client.get("/theme/nonsense.css").status_code == 404


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_and_served(office: Office, boss: Person, visitor: Visitor, kind: str) -> None:
    assert upload(office, boss, picture(kind, (1200, 400))).status_code == 303
    now = office.now()
    answer = visitor.client.get(f"/logo/{now.public_id}?v={now.settings_version}")
    assert (answer.mimetype, answer.status_code) == ("image/png", 200)
    assert "immutable" in answer.headers["Cache-Control"]
    with Image.open(BytesIO(answer.data)) as drawn:
        assert drawn.size == (480, 160)
    page = boss.open(other(office))
    assert "The logo that debtors see now" in page.response.text


def test_what_hides_behind_the_pixels_is_gone(office: Office, boss: Person, visitor: Visitor) -> None:
    upload(office, boss, picture("JPEG") + b"<script>alert(1)</script>")
    kept = visitor.client.get(f"/logo/{office.now().public_id}").data
    assert kept.startswith(b"\x89PNG")
    assert b"script" not in kept


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Choose a picture first."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is not a picture we can read."),
        (b"GIF89a" + b"\x00" * 40, "This is not a picture we can read."),
        (picture()[:60], "This is not a picture we can read."),
        (picture("PNG", (4000, 1001)), "This picture is too large."),
        (b"\x89PNG\r\n\x1a\n" + b"x" * MOST_BYTES, "This picture is too large."),
    ],
)
def test_what_is_no_logo_is_refused(office: Office, boss: Person, data: bytes, sentence: str) -> None:
    answer = upload(office, boss, data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert office.now().logo_type is None


def test_a_file_far_above_the_limit_is_not_even_read(office: Office, boss: Person) -> None:
    assert upload(office, boss, b"x" * 400_000).status_code == 413


def test_a_logo_can_be_removed(office: Office, boss: Person, visitor: Visitor) -> None:
    upload(office, boss, picture())
    page = boss.open(other(office)).submit(button="Remove")
    assert "The logo was removed." in page.words
    assert visitor.client.get(f"/logo/{office.now().public_id}").status_code == 404
    assert [line.details["changes"]["logo"][1] for line in office.lines("organisation.logo_changed")][1] == 0


def test_every_change_is_a_new_version_and_a_line(office: Office, boss: Person) -> None:
    version = office.now().settings_version
    boss.open(other(office)).submit({"number": "7"}, button="Save")
    assert office.now().settings_version == version + 1
    line = office.lines("organisation.changed")[0]
    assert (line.member_id, line.details) == (
        boss.member.id,
        {"changes": {"link_validity_hours": [336, 168]}},
    )


def test_saving_what_is_stored_already_writes_no_line(office: Office, boss: Person) -> None:
    boss.open(other(office)).submit(button="Save")
    assert office.lines("organisation.changed") == []


def test_who_saves_second_sees_both_but_only_of_the_same_form(
    office: Office, boss: Person, colleague: Person
) -> None:
    mine = boss.open(other(office))
    colleague.open("/settings/organisation").submit({"name": "Voltwerk Noord"}, to="/organisation")
    mine.submit({"number": "7"}, button="Save")
    mine = boss.open(other(office))
    colleague.open(other(office)).submit({"number": "9"}, button="Save")
    page = mine.submit({"number": "8"}, button="Save", status=409)
    assert "Links are valid for 9 8" in page.words
    page.submit(button="Save yours instead")
    assert office.now().link_validity_hours == 8 * 24


def test_the_colour_of_one_organisation_is_not_that_of_another(
    office: Office, boss: Person, new_office: Callable[..., Office], visitor: Visitor
) -> None:
    elsewhere = new_office(name="Elders", accent="#123456")
    boss.open(other(office)).submit({"accent": "#8A3A12"}, button="Save")
    assert "#8a3a12" not in visitor.client.get(f"/theme/{elsewhere.organisation.public_id}.css").text
