"""A debtor who reacted more than once: the list says what counts now, and leads to every receipt."""

from sqlalchemy import select

from core import clock as the_clock
from core.database import db
from reactions.models import Action
from reactions.operations import actions
from reactions.operations.endings import break_promises
from tests.collections_portal.conftest import Guest
from tests.moments import Clock
from tests.visitor import Page

PROMISE = {"type": "will_pay", "will_pay.pay_on": "2026-11-20"}


def complain_and_promise(guest: Guest, clock: Clock) -> None:
    """Complain about both invoices, and an hour later promise to pay them."""
    guest.enter()
    guest.react()
    clock.pass_by(minutes=20)
    guest.choose().submit(PROMISE, button="Save reaction")


def break_promise(guest: Guest, clock: Clock) -> None:
    clock.pass_by(days=7)
    with guest.room():
        assert break_promises(organisation_id=guest.organisation.id, now=the_clock.now()) == 1


def answer_the_complaint(guest: Guest) -> None:
    """Close the first action with an answer, as the organisation's agent."""
    with guest.room():
        action = db.session.scalars(select(Action).order_by(Action.id)).first()
        assert action is not None
        actions.close(
            organisation_id=guest.organisation.id,
            action_public_id=action.public_id,
            version=action.version,
            member_id=guest.member.id,
            reason="rejected",
            answer="The amount is right.",
            now=the_clock.now(),
        )


def receipts_on(page: Page) -> set[str]:
    """Return where the list's links to receipts lead."""
    links = {str(link.get("href")) for link in page.root.iter("a")}
    return {link for link in links if "/reactions/" in link}


def test_every_receipt_is_reached_from_the_list(guest: Guest, clock: Clock) -> None:
    complain_and_promise(guest, clock)
    page = guest.browser.open("/invoices")
    # Once for each invoice, not for each reaction to it.
    assert page.words.count("Until then we send no reminders for this invoice.") == len(guest.invoices)
    given = {f"/reactions/{one.public_id}" for one in guest.reactions()}
    assert len(given) == 2
    assert receipts_on(page) == given
    for one in guest.reactions():
        assert one.reference in guest.browser.open(f"/reactions/{one.public_id}").words


def test_a_complaint_that_is_looked_into_stands_before_a_broken_promise(guest: Guest, clock: Clock) -> None:
    complain_and_promise(guest, clock)
    break_promise(guest, clock)
    words = guest.enter().words
    told = "On 18 November 2026 you told us: I do not agree with the invoice."
    assert words.index("You have responded") < words.index(told) < words.index("Not all of it was paid")
    assert "You wanted to pay on 20 November 2026. We have not received all of it." in words
    assert len(receipts_on(guest.browser.open("/invoices"))) == 2


def test_an_answer_after_a_broken_promise_is_read_on_the_list(guest: Guest, clock: Clock) -> None:
    complain_and_promise(guest, clock)
    break_promise(guest, clock)
    clock.pass_by(hours=1)
    answer_the_complaint(guest)
    words = guest.enter().words
    assert words.index("You have our answer") < words.index("The amount is right.")
    assert words.index("The amount is right.") < words.index("Not all of it was paid")


def test_the_answer_of_another_reaction_stands_on_its_own_page(guest: Guest, clock: Clock) -> None:
    guest.enter()
    guest.react()
    answer_the_complaint(guest)
    clock.pass_by(minutes=20)
    guest.choose().submit(PROMISE, button="Save reaction")
    page = guest.browser.open("/invoices")
    assert "The amount is right." not in page.words
    assert page.words.index("You pay on 20 November 2026.") < page.words.index("You have our answer")
    first = guest.reactions()[0]
    assert "The amount is right." in guest.browser.open(f"/reactions/{first.public_id}").words
