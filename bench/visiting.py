"""Debtors who have entered the portal: a hundred visits among all the invoices, and one of their requests."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import cycle
from typing import Any

from flask import Flask
from werkzeug.test import create_environ

from bench.filling import OPEN_OF_FIRST, fill
from bench.stores import Store
from core import clock, tenancy
from core.database import db
from core.identifiers import secret as new_secret
from invoices.operations import record_payment
from invoices.queries import debtor_by_id
from reactions.operations.founding import found_types
from reactions.operations.submission import submit
from reactions.queries.listed import listed_invoices_of
from tests import factories

VISITORS = 100
PATH = "/invoices"
HEADERS = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Language": "nl-NL,nl;q=0.9,en;q=0.7",
    "User-Agent": "Mozilla/5.0 (Android 15; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
}
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def settle(app: Flask, store: Store, *, invoices: int) -> dict[int, str]:
    """Fill the database with one organisation; return the secret of each visit by its debtor's id.

    Each visitor has 12 open invoices, of which one is partly paid and one was answered.
    """
    with app.app_context(), tenancy.everywhere():
        owner = factories.organisation(
            support_hours="Maandag tot en met vrijdag van 9 tot 17 uur",
            debt_help_name="Geldfit",
            debt_help_phone="0800-8115",
        )
        creditor = factories.creditor(owner)
        with tenancy.scope(owner.id):
            found_types(organisation_id=owner.id)
        db.session.commit()
        with_twelve = fill(store, organisation_id=owner.id, creditor_id=creditor.id, invoices=invoices)
        step = max(len(with_twelve) // VISITORS, 1)
        with tenancy.scope(owner.id):
            chosen = with_twelve[::step][:VISITORS]
            secrets = {debtor_id: _enter(owner.id, debtor_id) for debtor_id in chosen}
        db.session.commit()
        return secrets


def _enter(organisation_id: int, debtor_id: int) -> str:
    now, secret = clock.now(), new_secret()
    debtor = debtor_by_id(organisation_id=organisation_id, debtor_id=debtor_id)
    link = factories.link(debtor, issued_at=now, expires_at=now + timedelta(days=14))
    visit = factories.visit(
        link, secret=secret, started_at=now, seen_at=now, expires_at=now + timedelta(hours=8)
    )
    listed = listed_invoices_of(organisation_id=organisation_id, debtor_id=debtor_id, language="nl")
    assert len(listed) == OPEN_OF_FIRST
    record_payment(
        organisation_id=organisation_id,
        invoice_id=listed[3].id,
        amount=listed[3].amount // 4,
        paid_on=listed[3].due_on,
        reference="",
        now=now,
        today=now.date(),
    )
    submit(
        organisation_id=organisation_id,
        debtor_id=debtor_id,
        visit_id=visit.id,
        type_key="complaint",
        invoice_ids=[listed[5].id],
        answers={"reason": "amount", "explanation": "Twee uur te veel."},
        submission_key=secret,
        language="nl",
        now=now,
    )
    return secret


def asking(application: Application, requests: Sequence[tuple[str, str]]) -> Callable[[], bytes]:
    """Return a function that asks for the list as the next visitor and returns the page.

    A request is (path with query, Cookie header), handed over as a WSGI server does. Anything but an answer
    with 200 stops the measurement.
    """
    environs = cycle([_environ(path, cookie) for path, cookie in requests])

    def ask() -> bytes:
        statuses: list[str] = []
        answer = application(dict(next(environs)), lambda status, *_rest: statuses.append(status))
        page = b"".join(answer)
        close = getattr(answer, "close", None)
        if close:
            close()
        assert statuses[0].startswith("200"), (statuses, page[:2000])
        return page

    return ask


def _environ(path: str, cookie: str) -> dict[str, Any]:
    return create_environ(
        path,
        "http://localhost",
        headers=HEADERS | {"Cookie": cookie},
    )
