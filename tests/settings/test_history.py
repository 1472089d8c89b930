"""The history: every change in words, with what it was before."""

from core import audit, tenancy
from core.database import db
from tests import factories
from tests.people import Person
from tests.settings.conftest import Office


def test_each_change_stands_there_in_words(office: Office, boss: Person, colleague: Person) -> None:
    type_page = f"/settings/web/{office.type_id()}"
    boss.open(f"{type_page}/other").submit({"number": "36", "unit": "hours"}, button="Save")
    boss.open(f"{type_page}/parameters").submit(
        {"exempts": None, "hint_nl": "", "assignee": colleague.member.public_id}, to="/parameters"
    )
    boss.open(f"{type_page}/fields").submit({"visible": ["reason", "explanation"]}, button="Save")
    boss.open("/settings/templates/invoice_link/sms/nl").submit({"sms": "Zie ((link))"}, button="Save")
    boss.open(f"/settings/members/{colleague.member.public_id}").submit({"role": "agent"}, to="/role")
    words = boss.open("/settings/history").words
    for sentence in (
        "Noor Bakker changed the settings of the organisation",
        "Links are valid for: 14 days, now 36 hours",
        "Noor Bakker changed the reaction Complaint",
        "Exempt the invoice from dunning: yes, now no",
        "Dutch, Hint below it:",
        "Assign to: nothing, now Ada Visser",
        "Disputed amount, Visible: yes, now no",
        "Noor Bakker changed the text: The first message with the link, SMS, Dutch",
        "now Zie ((link))",
        "Noor Bakker changed what Ada Visser may do",
        "Role: administrator, now agent",
    ):
        assert sentence in words


def test_who_saved_last_stands_above_the_settings(office: Office, boss: Person) -> None:
    page = boss.open("/settings/organisation").submit({"name": "Voltwerk Noord"}, to="/organisation")
    assert "Version 2, saved" in page.words
    assert "by Noor Bakker" in page.words


def test_signing_in_is_no_change_of_settings(boss: Person) -> None:
    assert "Nothing was changed yet." in boss.open("/settings/history").words


def test_a_long_history_has_pages(office: Office, boss: Person) -> None:
    with office.app.app_context(), tenancy.scope(office.organisation.id):
        for number in range(60):
            audit.record(
                organisation_id=office.organisation.id,
                what="creditor.added",
                about="creditor",
                about_id=number,
                now=factories.NOW,
                member_id=boss.member.id,
                details={"name": f"Creditor {number}."},
            )
        db.session.commit()
    page = boss.open("/settings/history")
    assert "Creditor 59." in page.words
    assert "Creditor 9." not in page.words
    assert "Creditor 9." in page.follow("Older changes").words


def test_other_organisations_stay_out(office: Office, boss: Person, agent_elsewhere: Person) -> None:
    with office.app.app_context(), tenancy.scope(agent_elsewhere.organisation.id):
        audit.record(
            organisation_id=agent_elsewhere.organisation.id,
            what="creditor.added",
            about="creditor",
            about_id=1,
            now=factories.NOW,
            details={"name": "Verborgen"},
        )
        db.session.commit()
    assert "Verborgen" not in boss.open("/settings/history").words
