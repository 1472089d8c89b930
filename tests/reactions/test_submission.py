"""A reaction is stored with all it sets off, or refused as a whole."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from core import tenancy
from core.audit import AuditEvent
from core.database import db
from invoices.models import Channel, ContactState, Exemption
from invoices.queries import why_not_dun
from messaging.models import Message
from reactions.field_kinds.table import AnswersRefused
from reactions.models import (
    Action,
    ActionState,
    Audience,
    Reaction,
    ReactionField,
    ReactionInvoice,
    ReactionType,
)
from reactions.operations.submission import (
    MOST_IN_A_DAY,
    FormUnusable,
    InvoiceNotOpen,
    NothingChosen,
    TooManyReactions,
)
from reactions.queries.offered import TypeNotOffered
from tests import factories
from tests.reactions.conftest import ANSWERS, NOW, Counter


def count(counter: Counter, table: type) -> int:
    with counter.scope():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_complaint_becomes_an_action_and_holds_dunning_off(counter: Counter) -> None:
    reaction = counter.react("complaint")
    db.session.commit()
    action = counter.action_of(reaction)
    assert (action.state, action.exempts, action.promised_on) == (ActionState.NEW, True, None)
    assert reaction.answer_by == action.review_on == date(2026, 11, 27)
    assert reaction.reference.startswith("R-")
    assert [(answer["key"], answer["shown"]) for answer in reaction.answers] == [
        ("reason", "Het bedrag klopt niet"),
        ("explanation", "Er klopt iets niet."),
    ]
    with counter.scope():
        reasons = why_not_dun(
            organisation_id=counter.organisation.id, invoice_ids=[i.id for i in counter.invoices]
        )
        amounts = db.session.scalars(select(ReactionInvoice.amount_open).order_by(ReactionInvoice.id)).all()
        told = db.session.scalars(select(AuditEvent).where(AuditEvent.what == "reaction.submitted")).one()
    assert {why.detail for why in reasons.values() if why} == {f"action:{action.id}"}
    assert len(reasons) == 2
    assert amounts == [125000, 100000]
    assert (told.debtor_id, told.actor, told.details["type"]) == (counter.debtor.id, "debtor", "complaint")


def test_a_question_holds_nothing_off(counter: Counter) -> None:
    offer(counter, "question")
    counter.react("question")
    assert count(counter, Exemption) == 0


def offer(counter: Counter, key: str, is_offered: bool = True) -> None:
    with counter.scope():
        type_ = db.session.scalars(select(ReactionType).where(ReactionType.key == key)).one()
        type_.is_offered = is_offered
        counter.organisation.settings_version += 1
        db.session.commit()


def test_only_the_chosen_invoices_are_left_alone(counter: Counter) -> None:
    counter.react("unknown", about=counter.invoices[:1])
    with counter.scope():
        assert db.session.scalars(select(Exemption.invoice_id)).all() == [counter.invoices[0].id]


def test_a_promise_is_kept_with_its_day_and_looked_at_two_working_days_after(counter: Counter) -> None:
    action = counter.action_of(counter.react("will_pay"))
    assert action.promised_on == date(2026, 11, 27)
    assert action.review_on == date(2026, 12, 1)
    assert counter.react("will_pay").answer_by is None


def test_a_day_of_approval_is_looked_at_two_days_after_and_is_no_promise(counter: Counter) -> None:
    company = factories.company(counter.organisation)
    invoice = factories.invoice(company, counter.creditor)
    action = counter.action_of(counter.react("not_approved", about=[invoice], debtor=company))
    assert (action.promised_on, action.review_on) == (None, date(2026, 12, 3))


def test_the_receipt_goes_to_the_address_the_debtor_came_by(counter: Counter) -> None:
    reaction = counter.react("complaint")
    with counter.scope():
        message = db.session.scalars(select(Message)).one()
    assert (message.event, message.recipient) == ("reaction_received", counter.contact.value)
    assert message.link_id == counter.link.id
    assert message.values["reference"] == reaction.reference
    assert message.values["answer_by"] == "vrijdag 27 november 2026"
    assert message.values["paused_invoices"] == ", ".join(invoice.number for invoice in counter.invoices)
    assert not message.is_collection


@pytest.mark.parametrize(
    ("channel", "value", "state"),
    [
        (Channel.EMAIL, "x@mail.example", ContactState.FAILED),
        (Channel.SMS, "+31612345678", ContactState.OPTED_OUT),
        (Channel.PHONE, "+31201234567", ContactState.USABLE),
    ],
)
def test_no_receipt_goes_where_nobody_can_be_reached(
    counter: Counter, channel: Channel, value: str, state: ContactState
) -> None:
    counter.contact.channel, counter.contact.value, counter.contact.state = channel, value, state
    counter.react("complaint")
    assert count(counter, Message) == 0
    assert count(counter, Reaction) == 1


def test_a_receipt_after_the_end_of_the_link_brings_a_new_one(counter: Counter) -> None:
    counter.react("complaint", now=counter.link.expires_at + timedelta(minutes=5))
    with counter.scope():
        message = db.session.scalars(select(Message)).one()
    assert message.link_id not in (None, counter.link.id)


def test_the_same_form_again_gives_the_same_reaction(counter: Counter) -> None:
    first = counter.react("complaint", key="twice")
    db.session.commit()
    assert counter.react("complaint", key="twice").id == first.id
    assert counter.react("will_pay", key="twice").id == first.id
    assert [count(counter, table) for table in (Reaction, Action, Message)] == [1, 1, 1]
    assert count(counter, Exemption) == 2


def test_the_same_form_again_is_answered_even_after_the_invoice_was_settled(counter: Counter) -> None:
    first = counter.react("complaint", key="twice")
    for invoice in counter.invoices:
        invoice.amount_open = 0
    assert counter.react("complaint", key="twice").id == first.id


@pytest.mark.parametrize("key", ["", "x" * 44, "a\0b", "é"])
def test_a_form_without_a_usable_number_is_refused(counter: Counter, key: str) -> None:
    with pytest.raises(FormUnusable):
        counter.react("complaint", key=key)
    assert count(counter, Reaction) == 0


def test_another_debtors_form_number_shows_nothing_of_their_reaction(counter: Counter) -> None:
    counter.react("complaint", key="mine")
    neighbour = factories.debtor(counter.organisation)
    with pytest.raises(FormUnusable):
        counter.react("complaint", key="mine", debtor=neighbour)


def test_the_same_number_in_another_organisation_is_another_form(
    counter: Counter, other_counter: Counter
) -> None:
    assert counter.react("complaint", key="k").id != other_counter.react("complaint", key="k").id


def test_a_type_that_is_switched_off_or_unknown_is_refused(counter: Counter) -> None:
    offer(counter, "complaint", is_offered=False)
    for key, answers in (("complaint", ANSWERS["complaint"]), ("question", {}), ("nonsense", {}), ("", {})):
        with pytest.raises(TypeNotOffered):
            counter.react(key, answers)
    assert count(counter, Reaction) == 0


def test_a_type_for_companies_is_refused_to_a_person(counter: Counter) -> None:
    with pytest.raises(TypeNotOffered):
        counter.react("not_approved")


def test_a_type_for_persons_is_refused_to_a_company(counter: Counter) -> None:
    with counter.scope():
        type_ = db.session.scalars(select(ReactionType).where(ReactionType.key == "paid")).one()
        type_.audience = Audience.PERSONS
        counter.organisation.settings_version += 1
        db.session.flush()
    company = factories.company(counter.organisation)
    invoice = factories.invoice(company, counter.creditor)
    with pytest.raises(TypeNotOffered):
        counter.react("paid", about=[invoice], debtor=company)


def test_no_invoice_is_no_reaction(counter: Counter) -> None:
    with pytest.raises(NothingChosen):
        counter.react("complaint", about=[])


def test_foreign_settled_and_unknown_invoices_are_refused_in_the_same_words(
    counter: Counter, other_counter: Counter
) -> None:
    neighbour = factories.debtor(counter.organisation)
    foreign = factories.invoice(neighbour, counter.creditor)
    settled = factories.invoice(counter.debtor, counter.creditor, amount_open=0)
    said = set()
    for wrong in (foreign, settled, other_counter.invoices[0]):
        with pytest.raises(InvoiceNotOpen) as refused:
            counter.react("complaint", about=[counter.invoices[0], wrong])
        said.add((refused.value.status, str(refused.value)))
    assert len(said) == 1
    assert count(counter, Reaction) == count(counter, Exemption) == 0


def test_bad_answers_are_all_named_and_nothing_is_stored(counter: Counter) -> None:
    with pytest.raises(AnswersRefused) as refused:
        counter.react("complaint", {"reason": "nonsense", "amount": "9999999", "explanation": "x" * 10_000})
    assert set(refused.value.errors) == {"reason", "amount", "explanation"}
    assert count(counter, Reaction) == 0


def test_a_value_for_an_invisible_field_is_ignored(counter: Counter) -> None:
    reaction = counter.react("complaint", ANSWERS["complaint"] | {"order_number": "A-1", "exempts": "no"})
    assert [answer["key"] for answer in reaction.answers] == ["reason", "explanation"]


def test_a_field_made_visible_and_required_is_asked_for(counter: Counter) -> None:
    with counter.scope():
        field = db.session.scalars(
            select(ReactionField).where(ReactionField.key == "order_number", ~ReactionField.is_visible)
        ).one()
        field.is_visible, field.is_optional = True, False
        counter.organisation.settings_version += 1
        db.session.commit()
    with pytest.raises(AnswersRefused) as refused:
        counter.react("complaint")
    assert set(refused.value.errors) == {"order_number"}


def test_a_taken_reference_is_replaced_by_the_next(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = counter.react("complaint").reference
    column = Reaction.__table__.c.reference
    monkeypatch.setattr(column.default, "arg", lambda _context: taken)
    reaction = counter.react("unknown")
    assert reaction.reference != taken
    assert count(counter, Reaction) == count(counter, Action) == 2


def test_the_other_organisation_sees_nothing_of_it(counter: Counter, other_counter: Counter) -> None:
    counter.react("complaint")
    db.session.commit()
    with tenancy.scope(other_counter.organisation.id):
        assert db.session.scalars(select(Reaction)).all() == []


def test_a_debtor_sends_so_many_reactions_in_24_hours_and_no_more(counter: Counter) -> None:
    for number in range(MOST_IN_A_DAY):
        counter.react("complaint", key=f"form-{number}")
    almost = NOW + timedelta(hours=24) - timedelta(seconds=1)
    with pytest.raises(TooManyReactions):
        counter.react("complaint", now=almost)
    assert count(counter, Reaction) == count(counter, Message) == MOST_IN_A_DAY
    assert counter.react("complaint", key="form-0", now=almost).reacted_at == NOW
    neighbour = factories.debtor(counter.organisation)
    invoice = factories.invoice(neighbour, counter.creditor)
    counter.react("complaint", about=[invoice], debtor=neighbour, now=almost)
    counter.react("complaint", now=NOW + timedelta(hours=24))
