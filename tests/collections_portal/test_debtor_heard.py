"""What somebody hears who does not see the page: titles, where the focus goes, names, languages."""

from xml.etree.ElementTree import Element

import pytest

from core.database import db
from core.organisations.models import Organisation
from reactions.models import Reaction
from tests.collections_portal.conftest import COMPLAINT, Guest
from tests.manners import words_of
from tests.moments import Clock
from tests.visitor import Page

SAVE = "Save reaction"


def by_id(page: Page, wanted: str) -> Element:
    """Return the element with this id."""
    return next(element for element in page.root.iter() if element.get("id") == wanted)


def title_of(page: Page) -> str:
    """Return the page's title on one line."""
    return " ".join(page.root.findtext("head/title", "").split())


def sent_again(form: Page, *, status: int, **headers: str) -> Page:
    """Send a form that was filled in during an earlier visit."""
    sent = form.form().filled_in({}, SAVE) | COMPLAINT
    headers = {"Referer": form.url} | {name.replace("_", "-"): value for name, value in headers.items()}
    return form.visitor.ask("POST", "/react", status=status, data=sent, headers=headers)


def test_that_a_reaction_was_saved_is_the_first_thing_heard(guest: Guest) -> None:
    guest.enter()
    page = guest.react(guest.invoices[0])
    assert title_of(page).startswith("Your reaction has been saved.")
    focused = [element for element in page.root.iter() if element.get("autofocus") is not None]
    assert ["Your reaction has been saved." in words_of(element) for element in focused] == [True]
    assert focused[0].get("tabindex") == "-1"


def test_a_form_of_an_earlier_visit_is_shown_again_and_saved_by_the_next_press(
    guest: Guest, clock: Clock
) -> None:
    guest.enter()
    form = guest.choose()
    clock.pass_by(minutes=31)
    guest.enter()
    page = sent_again(form, status=422, Sec_Fetch_Site="same-origin")
    assert "You opened your invoices again meanwhile." in page.words
    assert page.form().values["complaint.explanation"] == ["Two hours too many."]
    assert guest.count(Reaction) == 0
    assert page.submit({}, button=SAVE).path == "/invoices"
    assert guest.count(Reaction) == 1


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("", 400)])
def test_a_form_of_an_earlier_visit_from_elsewhere_shows_nothing(
    guest: Guest, clock: Clock, site: str, status: int
) -> None:
    guest.enter()
    form = guest.choose()
    clock.pass_by(minutes=31)
    guest.enter()
    page = sent_again(form, status=status, **({"Sec_Fetch_Site": site} if site else {}))
    assert "Two hours too many." not in page.words


def test_how_long_the_page_stays_open_is_said_before_it_closes(guest: Guest) -> None:
    guest.enter()
    assert "If you do nothing for 30 minutes, this page closes" in guest.choose().words


def test_a_date_that_is_none_leads_to_its_boxes(guest: Guest) -> None:
    guest.enter()
    wrong = {
        "type": "will_pay",
        "will_pay.pay_on": "other",
        "will_pay.pay_on-day": "45",
        "will_pay.pay_on-month": "13",
        "will_pay.pay_on-year": "2026",
    }
    page = guest.choose().submit(wrong, button=SAVE, status=422)
    summary = next(box for box in page.root.iter("div") if "errors" in (box.get("class") or "").split())
    target = (next(summary.iter("a")).get("href") or "").removeprefix("#")
    box = by_id(page, target)
    assert (box.tag, box.get("value"), box.get("aria-invalid")) == ("input", "45", "true")
    assert "Error:" in words_of(by_id(page, box.get("aria-describedby") or ""))


def test_an_invoice_is_named_once_by_its_box(guest: Guest) -> None:
    page = guest.enter()
    number = guest.invoices[0].number
    box = by_id(page, f"invoice-{guest.invoices[0].public_id}")
    assert (box.get("aria-label") or "").startswith(f"Invoice {number} of ")
    assert page.words.count(number) == 1


def test_a_receipt_says_in_which_language_the_answer_was_given(guest: Guest) -> None:
    guest.enter()
    guest.react(guest.invoices[0])
    receipt = guest.browser.open(f"/reactions/{guest.reactions()[0].public_id}")
    assert "We send no reminders for invoice" in receipt.words
    page = receipt.submit({}, to="/language", button="Nederlands")
    spoken = [element for element in page.root.iter("div") if element.get("lang")]
    assert {element.get("lang") for element in spoken} == {"en"}
    assert any("Two hours too many." in words_of(element) for element in spoken)


def test_the_language_of_the_page_is_heard_as_it_is_seen_at_every_width(guest: Guest) -> None:
    page = guest.enter()
    menu = next(one for one in page.root.iter("summary") if "Language:" in words_of(one))
    heard = [one for one in menu if one.get("aria-hidden") != "true"]
    assert [words_of(one) for one in heard if one.tag == "span"] == ["Language: English", "EN"]


def test_the_hours_are_read_out_in_the_organisations_language(guest: Guest) -> None:
    with guest.room():
        organisation = db.session.get_one(Organisation, guest.organisation.id)
        organisation.language, organisation.support_phone = "nl", "020 123 45 67"
        organisation.support_hours, organisation.settings_version = "op werkdagen", 2
    page = guest.enter()
    hours = [one for one in page.root.iter("p") if words_of(one) == "op werkdagen"]
    assert [one.get("lang") for one in hours] == ["nl"]


def test_the_currency_of_an_amount_is_heard_with_it(guest: Guest) -> None:
    guest.enter()
    page = guest.choose(guest.invoices[0])
    box = next(one for one in page.root.iter("input") if one.get("name") == "complaint.amount")
    said = [words_of(by_id(page, one)) for one in (box.get("aria-describedby") or "").split()]
    assert guest.invoices[0].currency in said
