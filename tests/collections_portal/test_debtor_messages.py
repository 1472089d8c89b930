"""Who wants no messages says so on their own pages: what it means, for whom it holds, how to take it back."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update

from core import clock as the_clock
from core.audit import Actor, AuditEvent
from core.database import db
from invoices.models import Channel, ContactPoint, ContactState
from links.models import AccessLink
from messaging import opting
from messaging.models import Message
from messaging.sms_models import OptOut, OptOutSource
from tests import factories
from tests.collections_portal.conftest import COMPLAINT, Guest
from tests.visitor import Page, Visitor

STOP, START = "Send no more e-mails to this address", "Send e-mails to this address again"
WAY = "Stop our e-mails, or start them again"
MOBILE = "+31612345678"


def open_page(guest: Guest) -> Page:
    """Come in and follow the way at the foot of the list."""
    page = guest.enter()
    assert WAY in page.words
    return guest.browser.open("/messages")


def state_of(guest: Guest, contact: ContactPoint | None = None) -> ContactState:
    with guest.room():
        return db.session.get_one(ContactPoint, (contact or guest.contact).id).state


def sources(guest: Guest) -> list[tuple[str, OptOutSource]]:
    with guest.room():
        return [(row.value, row.source) for row in db.session.scalars(select(OptOut))]


def came_by_sms(guest: Guest) -> ContactPoint:
    """Let the guest's link be one that came by SMS."""
    with guest.room():
        mobile = factories.contact_point(
            db.session.get_one(type(guest.debtor), guest.debtor.id),
            channel=Channel.SMS,
            value=MOBILE,
            is_preferred=False,
        )
        db.session.execute(update(AccessLink).values(contact_point_id=mobile.id, channel=Channel.SMS))
        db.session.commit()
        db.session.expunge_all()
    return mobile


def test_the_page_says_what_it_means_before_anything_changes(guest: Guest) -> None:
    page = open_page(guest)
    for words in (
        "We write to you at s…@mail.example.",
        "no reminder, no answer to your reaction, and no new link",
        "Reminders may come by letter",
        "You can use your link until",
        "Your invoices stay open.",
    ):
        assert words in page.words, words
    assert guest.contact.value not in page.response.get_data(as_text=True)
    assert sources(guest) == []
    assert state_of(guest) is ContactState.USABLE


def test_nothing_more_goes_there_once_they_say_so(guest: Guest) -> None:
    page = open_page(guest).submit({}, button=STOP)
    assert page.path.startswith("/messages")
    assert "Done. We send nothing more to s…@mail.example." in page.words
    assert (sources(guest), state_of(guest)) == (
        [(guest.contact.value, OptOutSource.DEBTOR)], ContactState.OPTED_OUT,
    )  # fmt: skip
    guest.choose().submit(COMPLAINT, button="Save reaction")
    assert guest.count(Message) == 0


def test_the_link_goes_on_working(guest: Guest) -> None:
    open_page(guest).submit({}, button=STOP)
    guest.browser = Visitor(guest.app)
    assert guest.enter().path == "/invoices"


def test_they_take_it_back_on_the_same_page(guest: Guest) -> None:
    page = open_page(guest).submit({}, button=STOP)
    page = page.submit({}, button=START)
    assert "Done. We send messages to s…@mail.example again." in page.words
    assert (sources(guest), state_of(guest)) == ([], ContactState.USABLE)


def test_the_trail_says_that_the_debtor_did_it(guest: Guest) -> None:
    open_page(guest).submit({}, button=STOP).submit({}, button=START)
    with guest.room():
        told = db.session.scalars(
            select(AuditEvent).where(AuditEvent.what.startswith("contact.")).order_by(AuditEvent.id)
        ).all()
        assert [(one.what, one.actor, one.debtor_id) for one in told] == [
            ("contact.opted_out", Actor.DEBTOR, guest.debtor.id),
            ("contact.opted_in", Actor.DEBTOR, guest.debtor.id),
        ]
        assert guest.contact.value not in str([one.details for one in told])


def test_pressing_twice_changes_nothing_more(guest: Guest) -> None:
    page = open_page(guest)
    page.submit({}, button=STOP)
    page.submit({}, button=STOP)
    with guest.room():
        assert (
            len(db.session.scalars(select(AuditEvent).where(AuditEvent.what == "contact.opted_out")).all())
            == 1
        )


def test_it_holds_for_the_address_and_for_no_other(
    make_guest: Callable[..., Guest], guest: Guest, neighbour: Guest, stranger: Guest
) -> None:
    with guest.room():
        shared = factories.contact_point(
            db.session.get_one(type(guest.debtor), neighbour.debtor.id), value=guest.contact.value.upper()
        )
        db.session.commit()
        db.session.expunge_all()
    with stranger.room():
        db.session.execute(
            update(ContactPoint)
            .where(ContactPoint.id == stranger.contact.id)
            .values(value=guest.contact.value)
        )
    open_page(guest).submit({}, button=STOP)
    assert state_of(guest, shared) is ContactState.OPTED_OUT
    assert state_of(neighbour) is ContactState.USABLE
    assert (sources(stranger), state_of(stranger)) == ([], ContactState.USABLE)


def test_an_sms_that_cannot_be_answered_is_stopped_here(guest: Guest) -> None:
    mobile = came_by_sms(guest)
    page = guest.enter()
    assert "Stop our SMS, or start them again" in page.words
    page = guest.browser.open("/messages")
    assert "We write to you at …5678." in page.words
    page.submit({}, button="Send no more SMS to this number")
    assert (sources(guest), state_of(guest, mobile)) == (
        [(MOBILE, OptOutSource.DEBTOR)],
        ContactState.OPTED_OUT,
    )
    assert state_of(guest) is ContactState.USABLE


@pytest.mark.parametrize("source", opting.BY_SMS)
def test_stop_by_sms_is_taken_back_by_start_alone(guest: Guest, source: OptOutSource) -> None:
    mobile = came_by_sms(guest)
    guest.enter()
    form = guest.browser.open("/messages").submit({}, button="Send no more SMS to this number")
    with guest.room():
        opting.opt_out(
            organisation_id=guest.organisation.id,
            channel=Channel.SMS,
            value=mobile.value,
            source=source,
            now=the_clock.now(),
        )
    page = guest.browser.open("/messages")
    assert "Send an SMS with START" in page.words
    assert not [each for each in page.forms if each.action.startswith("/messages")]
    form.submit({}, button="Send SMS to this number again", status=422)
    assert sources(guest) == [(mobile.value, source)]


@pytest.mark.parametrize("channel", [Channel.LETTER, None])
def test_a_link_that_went_to_no_address_offers_nothing(guest: Guest, channel: Channel | None) -> None:
    with guest.room():
        gone = {"channel": channel} if channel else {}
        db.session.execute(update(AccessLink).values(contact_point_id=None, **gone))
    page = guest.enter()
    assert "start them again" not in page.words
    guest.browser.open("/messages", status=404)
    token = page.form(to="/leave").values["csrf_token"]
    for way in ("stop", "start"):
        guest.browser.ask("POST", f"/messages/{way}", status=404, data={"csrf_token": token})
    assert sources(guest) == []


def test_looking_changes_nothing_and_no_form_of_elsewhere_does(guest: Guest) -> None:
    open_page(guest)
    guest.browser.ask("GET", "/messages/stop", status=405)
    guest.browser.ask("POST", "/messages/stop", status=400, data={})
    assert sources(guest) == []


@pytest.mark.parametrize("way", ["stop", "start"])
def test_without_a_visit_nothing_is_changed(guest: Guest, way: str) -> None:
    guest.browser.ask("POST", f"/messages/{way}", status=401, data={})
    guest.browser.open("/messages", status=401)
    assert sources(guest) == []


def test_after_the_contact_is_gone_the_page_is_too(guest: Guest) -> None:
    open_page(guest)
    with guest.room():
        db.session.execute(update(AccessLink).values(contact_point_id=None))
        db.session.execute(delete(ContactPoint))
    guest.browser.open("/messages", status=404)
    assert "start them again" not in guest.browser.open("/invoices").words


def test_another_language_leads_back_to_the_page(guest: Guest) -> None:
    page = open_page(guest)
    token = page.form(to="/leave").values["csrf_token"]
    sent = {"csrf_token": token, "language": "nl", "back": "/messages"}
    assert guest.browser.ask("POST", "/language", data=sent).path == "/messages"
