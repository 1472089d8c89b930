"""The reaction page as a debtor sees it: true to the settings, and read-only."""

from core import tenancy
from core.database import db
from reactions.models import Reaction
from tests.people import Person
from tests.settings.conftest import Office


def test_it_shows_what_is_offered_in_the_organisations_language(office: Office, boss: Person) -> None:
    page = boss.open("/settings/web").follow("Open as debtor")
    assert page.root.get("lang") == "nl"
    assert "Factuur 2026/186 € 1.250,00 Factuur 2026/201 € 89,90 Samen € 1.339,90" in page.words
    assert "Ik ben het niet eens met de factuur" in page.words
    assert "Waarom bent u het niet eens met de factuur?" in page.words
    boss.open(f"/settings/web/{office.type_id()}/parameters").submit({"is_offered": None}, to="/parameters")
    assert "Ik ben het niet eens met de factuur" not in boss.open("/settings/preview").words


def test_companies_see_what_is_for_companies(boss: Person) -> None:
    label = "The invoice is not approved yet"
    assert label not in boss.open("/settings/preview?lang=en").words
    assert label in boss.open("/settings/preview?lang=en&kind=company").words


def test_nothing_can_be_saved(office: Office, boss: Person) -> None:
    page = boss.open("/settings/preview?lang=en").submit(
        {"type": "complaint", "complaint.explanation": "Wrong."}, button="Save reaction", status=403
    )
    assert "This is a preview. Nothing was saved." in page.words
    assert page.form(to="/preview").values["complaint.explanation"] == ["Wrong."]
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        assert db.session.query(Reaction).count() == 0


def test_it_wears_the_organisations_colour(office: Office, boss: Person) -> None:
    page = boss.open("/settings/preview")
    sheets = [link.get("href", "") for link in page.root.iter("link")]
    assert f"/theme/{office.organisation.public_id}.css?v=1" in sheets


def test_a_language_that_is_not_there_is_english(boss: Person) -> None:
    assert boss.open("/settings/preview?lang=xx").root.get("lang") == "en"
