"""Ids of others inside of forms (A10): in each field that names a row stands one of another organisation, or
of another debtor. None is taken for one's own."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from core import tenancy
from core.database import db
from invoices.models import Channel
from messaging.queueing import queue
from tests import factories
from tests.crowd import Crowd
from tests.factories import NOW
from tests.fingerprints import fingerprints
from tests.forms import Seen, forms_of

Ids = dict[str, str]
# What the forms of the portal name in their fields; one that names another kind is found and added here.
KINDS = {"contact_points", "creditors", "debtors", "dunning_policies", "invoices", "members", "messages"}
# Forms that leave a foreign id alone instead of refusing it, each with its reason.
LEFT_ALONE = {
    "debtor.visits.stay": "reads no field: it says that somebody is still there",
    "debtor.reactions.save": "its first button shows the form again, for the invoices that are the visitor's",
    "desk.dunning.choose": "ticks and unticks debtors of the run; another one is in no row of it",
    "desk.dunning.approve": "likewise, before it approves",
    "desk.restore.decide": "decides about the messages of the list that were ticked",
}
NUMBER = "ZQ-of-somebody-else"


class Try(NamedTuple):
    """A form, filled in with a foreign id in one of its fields."""

    seen: Seen
    field: str
    sent: dict[str, list[Any]]

    def __str__(self) -> str:
        return f"{self.seen} with somebody else's {self.field}"


@pytest.fixture
def elsewhere(app: Flask, crowd: Crowd) -> Ids:
    """The id of one row of each kind, of another organisation."""
    owner = crowd.elsewhere.organisation
    with app.app_context(), tenancy.everywhere():
        debtor, creditor = factories.debtor(owner), factories.creditor(owner)
        contact = factories.contact_point(debtor)
        invoice = factories.invoice(debtor, creditor, number=NUMBER)
        message = queue(
            organisation_id=owner.id,
            now=NOW,
            dedupe_key="elsewhere",
            event="invoice_link",
            channel=Channel.EMAIL,
            language="nl",
            recipient=contact.value,
            values={},
            debtor_id=debtor.id,
            contact_point_id=contact.id,
        )
        made = {
            "contact_points": contact.public_id,
            "creditors": creditor.public_id,
            "debtors": debtor.public_id,
            "invoices": invoice.public_id,
            "members": crowd.elsewhere.member.public_id,
            "messages": message.public_id,
        }
        db.session.commit()
        db.session.expunge_all()
    return made | {"dunning_policies": _kinds(app, owner.id)["dunning_policies"].pop()}


@pytest.fixture
def next_door(app: Flask, crowd: Crowd) -> Ids:
    """The same of another debtor of this organisation, who has nothing to do with any of the forms."""
    with app.app_context(), tenancy.everywhere():
        debtor = factories.debtor(crowd.organisation)
        contact = factories.contact_point(debtor)
        creditor = factories.creditor(crowd.organisation, code="ND")
        invoice = factories.invoice(debtor, creditor, number=NUMBER)
        made = {"contact_points": contact.public_id, "invoices": invoice.public_id}
        db.session.commit()
        db.session.expunge_all()
    return made


def _kinds(app: Flask, organisation_id: int) -> dict[str, set[str]]:
    """Return the ids that rows of the organisation have in forms, by table."""
    with app.app_context(), tenancy.everywhere():
        found = {
            table.name: set(
                db.session.scalars(
                    select(table.c.public_id).where(table.c.organisation_id == organisation_id)
                )
            )
            for table in db.metadata.sorted_tables
            if {"public_id", "organisation_id"} <= set(table.c.keys())
        }
        db.session.rollback()
    return found


def _tries(seen: Seen, own: dict[str, str], foreign: Ids) -> Iterator[Try]:
    """Yield the form once for each of its fields that names a row, by its value or by its own name."""
    sent, done = seen.filled_in(), set()
    for element in seen.form.element.iter():
        name = element.get("name") or element.get("data-name") or ""
        kinds = {own[value] for value in _values(element) if value in own} & foreign.keys()
        for kind in kinds if name and (name, *kinds) not in done else ():
            done.add((name, *kinds))
            for more in ({}, {"step": ["save"]}):
                yield Try(seen, name, sent | {name: [foreign[kind]]} | more)
        for kind in {own[part] for part in name.split("_") if part in own} & foreign.keys():
            theirs = "_".join(foreign[kind] if part in own else part for part in name.split("_"))
            yield Try(seen, theirs, {n: v for n, v in sent.items() if n != name} | {theirs: ["1,00"]})


def _values(element: Element) -> set[str]:
    return {element.get("value") or "", *(one.get("value") or "" for one in element.iter("option"))}


def _own(app: Flask, crowd: Crowd) -> dict[str, str]:
    return {
        each: table
        for organisation in (crowd.organisation, crowd.elsewhere.organisation)
        for table, ids in _kinds(app, organisation.id).items()
        for each in ids
    }


def _prints(app: Flask, organisation_id: int) -> dict[str, str]:
    with app.app_context():
        return fingerprints(organisation_id=organisation_id)


def _is_refused(seen: Seen, answer: TestResponse) -> bool:
    """Return whether nothing was done with the id, and nothing told of its row."""
    is_answered = answer.status_code in (400, 403, 404, 409, 422)
    return (is_answered or (answer.status_code < 400 and seen.place.endpoint in LEFT_ALONE)) and (
        NUMBER not in answer.text
    )


def test_the_fields_that_name_rows_are_known(app: Flask, crowd: Crowd, elsewhere: Ids) -> None:
    own = _own(app, crowd)
    anything = dict.fromkeys(_kinds(app, crowd.organisation.id), "x")
    named = {
        own[value]
        for seen in forms_of(app, crowd)
        for one in _tries(seen, own, anything)
        for element in seen.form.element.iter()
        if element.get("name") == one.field
        for value in _values(element)
        if value in own
    }
    assert named | {"invoices"} == KINDS == set(elsewhere)


def test_no_form_takes_a_row_of_another_organisation(app: Flask, crowd: Crowd, elsewhere: Ids) -> None:
    wrong, tried = [], set()
    own, theirs = _own(app, crowd), crowd.elsewhere.organisation.id
    for number, seen in enumerate(forms_of(app, crowd)):
        if seen.visitor is crowd.elsewhere:
            continue
        for one in _tries(seen, own, elsewhere):
            before = _prints(app, theirs)
            answer = seen.send(one.sent, number=number)
            tried.add(seen.place.endpoint)
            if _prints(app, theirs) != before:
                wrong.append(f"{one} changed what is theirs: {answer.status_code}")
            elif not _is_refused(seen, answer):
                wrong.append(f"{one}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)
    assert len(tried) > 10


def test_what_a_form_leaves_alone_it_does_nothing_with(app: Flask, crowd: Crowd, elsewhere: Ids) -> None:
    tables = {"desk.restore.decide": "restored_messages", "debtor.reactions.save": "reaction_invoices"}
    own, here = _own(app, crowd), crowd.organisation.id
    found = set()
    for number, seen in enumerate(forms_of(app, crowd)):
        if seen.place.endpoint not in tables:
            continue
        table = tables[seen.place.endpoint]
        for one in _tries(seen, own, elsewhere):
            before = _prints(app, here)[table]
            seen.send(one.sent, number=number)
            assert _prints(app, here)[table] == before, one
            found.add(seen.place.endpoint)
    assert found == set(tables)


def test_no_form_of_one_debtor_takes_a_row_of_another(app: Flask, crowd: Crowd, next_door: Ids) -> None:
    wrong, own = [], _own(app, crowd)
    for number, seen in enumerate(forms_of(app, crowd)):
        for one in _tries(seen, own, next_door):
            if seen.place.door != "debtor" and one.field != "contact_point":
                continue
            answer = seen.send(one.sent, number=number)
            if not _is_refused(seen, answer):
                wrong.append(f"{one}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)
