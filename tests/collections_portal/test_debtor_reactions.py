"""Bad input on the reaction page: clear words at the field, nothing lost, nothing stored."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import update

from core.database import db
from core.organisations.models import Organisation
from invoices.models import Channel
from links.models import AccessLink
from messaging.models import Message
from reactions.models import Action, Reaction, ReactionField, ReactionType
from reactions.operations import submission
from reactions.operations.submission import MOST_IN_A_DAY
from tests.collections_portal.conftest import COMPLAINT, Guest
from tests.manners import words_of
from tests.visitor import Page

SAVE = "Save reaction"


@pytest.fixture
def form(guest: Guest) -> Page:
    """The reaction page about both invoices."""
    guest.enter()
    return guest.choose()


def posted(page: Page, values: Mapping[str, Any] = MappingProxyType({}), *, status: int = 422) -> Page:
    """Send the page's form with values no browser would offer."""
    sent = page.form().filled_in({}, SAVE) | dict(values)
    headers = {"Referer": page.url, "Sec-Fetch-Site": "same-origin"}
    return page.visitor.ask("POST", "/react", status=status, data=sent, headers=headers)


def errors_on(page: Page) -> list[str]:
    """Return the sentences of the error summary, each of which leads to something on the page."""
    summary = next(box for box in page.root.iter("div") if "errors" in (box.get("class") or "").split())
    links = list(summary.iter("a"))
    ids = {element.get("id") for element in page.root.iter()}
    assert all((link.get("href") or "").removeprefix("#") in ids for link in links)
    return [words_of(link) for link in links]


def test_missing_answers_are_named_and_what_was_typed_stays(guest: Guest, form: Page) -> None:
    page = posted(form, {"type": "complaint", "complaint.amount": "12,5,0", "complaint.explanation": "Text"})
    assert "Please answer: Why do you not agree with the invoice?" in errors_on(page)
    assert len(errors_on(page)) == 2
    again = page.form().values
    assert again["complaint.amount"] == ["12,5,0"]
    assert again["complaint.explanation"] == ["Text"]
    assert again["type"] == ["complaint"]
    assert page.root.findtext("head/title", "").strip().startswith("Error:")
    assert guest.count(Reaction) == 0


def test_the_corrected_form_is_saved(guest: Guest, form: Page) -> None:
    page = posted(form, {"type": "complaint", "complaint.explanation": "Text"})
    assert page.submit({"complaint.reason": "other"}, button=SAVE).path == "/invoices"
    assert guest.reactions()[0].answers[1]["value"] == "Text"


def test_choosing_no_kind_of_answer_is_said_at_the_choice(form: Page) -> None:
    assert errors_on(posted(form)) == ["Choose what you would like to tell us"]


@pytest.mark.parametrize("kind", ["nonsense", "question", "not_approved", "", "complaint'--"])
def test_a_kind_that_is_not_offered_is_refused(guest: Guest, form: Page, kind: str) -> None:
    page = posted(form, COMPLAINT | {"type": kind})
    assert len(errors_on(page)) == 1
    assert guest.count(Reaction) == 0


def test_a_kind_switched_off_meanwhile_is_refused_and_the_words_stay(guest: Guest, form: Page) -> None:
    with guest.room():
        db.session.execute(
            update(ReactionType).where(ReactionType.key == "complaint").values(is_offered=False)
        )
        db.session.execute(update(Organisation).values(settings_version=2))
    page = posted(form, COMPLAINT)
    assert errors_on(page) == ["This reaction is not possible. Please choose another one."]
    assert guest.count(Reaction) == 0


def test_a_field_that_is_not_shown_is_not_stored(guest: Guest, form: Page) -> None:
    with guest.room():
        hidden = db.session.query(ReactionField).filter_by(is_visible=False).all()
    assert [field.key for field in hidden] == ["order_number"]
    posted(
        form,
        COMPLAINT | {"complaint.order_number": "666", "complaint.none": "x", "paid.amount": "5"},
        status=200,
    )
    answers = guest.reactions()[0].answers
    assert [answer["key"] for answer in answers] == ["reason", "explanation"]


def test_another_debtors_invoice_is_refused_and_the_rest_kept(
    guest: Guest, neighbour: Guest, stranger: Guest, form: Page
) -> None:
    for other in (neighbour, stranger):
        ids = [guest.invoices[0].public_id, other.invoices[0].public_id]
        page = posted(form, COMPLAINT | {"invoice": ids})
        assert "no longer open" in errors_on(page)[0]
        assert page.form().values["invoice"] == [guest.invoices[0].public_id]
        assert page.form().values["complaint.explanation"] == ["Two hours too many."]
        assert other.invoices[0].number not in page.words
        assert guest.count(Reaction) == 0
    page = guest.browser.open("/react")
    assert page.submit(COMPLAINT, button=SAVE).path == "/invoices"


def test_an_invoice_settled_meanwhile_is_refused_and_the_rest_kept(guest: Guest, form: Page) -> None:
    guest.change_invoice(guest.invoices[1], amount_open=0)
    page = posted(form, COMPLAINT)
    assert "no longer open" in errors_on(page)[0]
    assert page.form().values["invoice"] == [guest.invoices[0].public_id]
    assert guest.count(Reaction) == 0


def test_when_every_invoice_was_settled_the_list_says_so(guest: Guest, form: Page) -> None:
    for invoice in guest.invoices:
        guest.change_invoice(invoice, amount_open=0)
    assert posted(form, COMPLAINT).heading == "Your invoices"
    assert guest.count(Reaction) == 0


@pytest.mark.parametrize("ids", [[], ["0"], ["\0"], ["1 OR 1=1"], ["x" * 5000], [""] * 500])
def test_invoices_that_are_none_are_refused(guest: Guest, form: Page, ids: list[str]) -> None:
    assert posted(form, COMPLAINT | {"invoice": ids}).heading == "Your open invoices"
    assert guest.count(Reaction) == 0


def test_ten_thousand_characters_are_too_many_and_stay_in_the_box(form: Page) -> None:
    text = "é" * 10_000
    page = posted(form, COMPLAINT | {"complaint.explanation": text})
    assert errors_on(page) == ["This text is too long: 10,000 characters. At most 1,000 characters fit."]
    assert page.form().values["complaint.explanation"] == [text]


def test_a_thousand_characters_and_line_ends_fit(guest: Guest, form: Page) -> None:
    text = "\r\n".join(["x" * 199] * 5)
    assert posted(form, COMPLAINT | {"complaint.explanation": text}, status=200).path == "/invoices"
    assert len(guest.reactions()[0].answers[1]["value"]) == 999


@pytest.mark.parametrize(
    "nasty",
    [
        "a\0b",
        "a\r\nSubject: x",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "%s %(x)s %",
        "\u202egnp.exe",
        "\ud83d",
    ],
)
def test_nasty_text_is_stored_as_text_and_shown_as_text(guest: Guest, form: Page, nasty: str) -> None:
    text = nasty.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    posted(form, COMPLAINT | {"complaint.explanation": text}, status=200)
    stored = guest.reactions()[0].answers[1]["value"]
    assert "\0" not in stored
    assert "\r" not in stored
    receipt = guest.browser.open(f"/reactions/{guest.reactions()[0].public_id}")
    assert " ".join(stored.split()) in receipt.words


@pytest.mark.parametrize("number", ["", "x" * 44, "é"])
def test_a_form_without_a_usable_number_is_drawn_anew(guest: Guest, form: Page, number: str) -> None:
    page = posted(form, COMPLAINT | {"submission": number})
    assert errors_on(page) == ["This form no longer works. Please start your reaction again."]
    assert page.submit({}, button=SAVE).path == "/invoices"
    assert guest.count(Reaction) == 1


def test_another_debtors_form_number_finds_nothing_of_theirs(
    guest: Guest, neighbour: Guest, form: Page
) -> None:
    neighbour.enter()
    theirs = neighbour.choose()
    number = theirs.form().values["submission"]
    posted(theirs, COMPLAINT, status=200)
    page = posted(form, COMPLAINT | {"submission": number})
    assert errors_on(page) == ["This form no longer works. Please start your reaction again."]
    assert guest.count(Reaction) == 1


def test_too_large_a_form_is_answered_with_413(form: Page) -> None:
    page = posted(form, COMPLAINT | {"complaint.explanation": "x" * 100_000}, status=413)
    assert page.heading == "This is too large to send."


def test_without_the_forms_token_nothing_is_saved(guest: Guest, form: Page) -> None:
    page = posted(form, COMPLAINT | {"csrf_token": ""})
    assert page.form().values["complaint.explanation"] == ["Two hours too many."]
    assert guest.count(Reaction) == 0


def test_another_language_keeps_everything_that_was_typed(guest: Guest, form: Page) -> None:
    typed = COMPLAINT | {"complaint.amount": "12,50"}
    sent = form.form().filled_in({}, SAVE) | typed | {"language": "nl"}
    del sent["step"]
    page = guest.browser.ask("POST", "/react", data=sent, headers={"Referer": form.url})
    assert page.heading == "Uw reactie"
    values = page.form().values
    assert values["complaint.explanation"] == ["Two hours too many."]
    assert values["complaint.amount"] == ["12,50"]
    assert values["complaint.reason"] == ["amount"]
    assert guest.browser.open("/invoices").heading == "Uw open facturen"
    assert guest.count(Reaction) == 0


def test_the_languages_of_the_form_are_buttons_that_send_it(form: Page) -> None:
    buttons = [button for button in form.root.iter("button") if button.get("name") == "language"]
    assert [button.get("value") for button in buttons] == ["nl", "fr", "de", "en", "nb"]
    assert {button.get("form") for button in buttons} == {"react"}
    first = next(button for button in form.root.iter("button") if button.get("form") == "react")
    assert (first.get("name"), first.get("value")) == ("step", "save")


def test_an_old_browser_without_script_asks_for_the_questions(form: Page) -> None:
    page = form.submit({"type": "paid"}, button="Show the questions")
    assert page.form().values["type"] == ["paid"]
    chosen = [box for box in page.root.iter("div") if "is-chosen" in (box.get("class") or "").split()]
    assert [next(iter(box.iter("input"))).get("value") for box in chosen] == ["paid"]


def test_saving_too_often_is_answered_with_when_to_try_again(form: Page) -> None:
    for _ in range(30):
        posted(form, status=422)
    page = posted(form, status=429)
    assert int(page.response.headers["Retry-After"]) > 0


def test_four_posts_of_one_form_at_once_make_one_reaction(
    guest: Guest, form: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "MOST_IN_A_DAY", 50)
    forms = [guest.browser.open("/react").form().filled_in({}, SAVE) | COMPLAINT for _ in range(50)]
    secret = guest.browser.client.get_cookie("visit")
    assert secret is not None

    def post(number: int) -> int:
        client = guest.app.test_client()
        client.set_cookie("visit", secret.value)
        address = {"REMOTE_ADDR": f"192.0.2.{number // 4}"}
        return client.post("/react", data=forms[number // 4], environ_base=address).status_code

    with ThreadPoolExecutor(4) as together:
        statuses = list(together.map(post, range(200)))
    assert set(statuses) == {303}
    assert guest.count(Reaction) == 50
    assert guest.count(Action) == 50
    assert guest.count(Message) == 50


def test_reactions_without_end_are_refused_and_nothing_typed_is_lost(guest: Guest, form: Page) -> None:
    for number in range(MOST_IN_A_DAY):
        posted(form, COMPLAINT | {"submission": f"form-{number}"}, status=200)
    page = posted(form, COMPLAINT | {"submission": "one-more"}, status=429)
    assert "Please wait until tomorrow" in errors_on(page)[0]
    assert page.form().values["complaint.explanation"] == ["Two hours too many."]
    assert guest.count(Reaction) == guest.count(Message) == MOST_IN_A_DAY


@pytest.mark.parametrize("by_letter", [False, True])
def test_the_receipt_speaks_of_messages_only_to_who_gets_them(guest: Guest, by_letter: bool) -> None:
    if by_letter:
        with guest.room():
            db.session.execute(update(AccessLink).values(contact_point_id=None, channel=Channel.LETTER))
    guest.enter()
    guest.react()
    words = guest.browser.open(f"/reactions/{guest.reactions()[0].public_id}").words
    assert ("We have sent you this as a message too." in words) is not by_letter
    assert ("You get an answer. You also read it on this page." in words) is not by_letter
    assert ("You read our answer on this page." in words) is by_letter


def test_a_company_is_offered_what_companies_are(make_guest: Callable[..., Guest]) -> None:
    firm = make_guest(kind="company", company_name="De Korenaar", first_name="", last_name="")
    firm.enter()
    assert "not_approved" in firm.choose().form()._options["type"]
