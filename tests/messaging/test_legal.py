"""Reminders with a term: what the law of three countries wants in them, filled in when they leave."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.database import db
from core.law import shelf
from core.law.rows import Segment
from core.money import Money
from invoices.models import Debtor, DebtorKind, Exemption, Invoice
from messaging import legal_words, wording
from messaging.events import EVENTS, Part
from messaging.legal import Ground
from messaging.models import Message, MessageState, MessageTemplate
from messaging.placeholders import MAX_LIST, MAX_VALUE, MOST_NAMED
from messaging.texts import default_texts
from messaging.wording import LANGUAGES
from tests.factories import NOW
from tests.messaging.outbox import Outbox

RATE = """
[[rows]]
id = "no.interest.2026-2"
rule = "interest"
segments = ["B2C", "B2B"]
valid_from = 2026-07-01
valid_to = 2026-12-31
status = "sure"
source = "Made up for a test"
seen = "nowhere"
percent = 11.75
"""


@pytest.fixture
def norwegian_rate(tmp_path: Path) -> Iterator[None]:
    """Let the operator have added a rate."""
    folder = tmp_path / "law"
    folder.mkdir()
    (folder / "no.toml").write_text(RATE)
    shelf.use(folder)
    yield
    shelf.use(None)


def notice(outbox: Outbox, *amounts: int, **debtor: Any) -> tuple[Message, list[Invoice]]:
    """Queue a reminder with a term about invoices of these amounts in cents."""
    currency = "NOK" if debtor.get("country") == "NO" else "EUR"
    to = outbox.debtor(**debtor)
    invoices = [
        outbox.invoice(to[0], amount=amount, currency=currency, description=f"Stroom {number}")
        for number, amount in enumerate(amounts, start=1)
    ]
    return outbox.write(to, about=invoices, event="formal_notice"), invoices


def sent(outbox: Outbox) -> str:
    """Return the words of the mail that left, on one line."""
    assert outbox.deliver() == {"sent": 1}
    return " ".join(outbox.words().replace("\u00a0", " ").split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", ["NL", "BE", "NO"])
def test_the_standard_text_is_lawful_everywhere(language: str, country: str) -> None:
    event = EVENTS["formal_notice"]
    body = event.parse(Part.BODY, default_texts("formal_notice", language)[Part.BODY])
    ground = Ground(shelf.shipped(), country, Segment.CONSUMER, date(2026, 11, 20))
    assert ground.unsaid(body.names) == ()
    assert ground.unsaid(()) != ()


def test_a_dutch_reminder_counts_from_receipt_and_adds_the_claims_up(outbox: Outbox) -> None:
    _, (first, second) = notice(outbox, 12500, 17500)
    words = sent(outbox)
    assert "binnen 14 dagen, te rekenen vanaf de dag nadat u dit bericht heeft ontvangen" in words
    assert "Betaalt u later, dan kan dit erbij komen: € 45,00" in words
    assert "Samen staat dit open: € 300,00" in words
    assert f"{first.number} · Stroom 1 · zondag 25 oktober 2026 · € 125,00" in words
    assert second.number in words
    assert "Rente" not in words, "a rate nobody checked is not named"


def test_a_reminder_with_a_term_names_each_of_many_invoices(outbox: Outbox) -> None:
    _, invoices = notice(outbox, *[12500] * 200)
    words = sent(outbox)
    assert [one.number for one in invoices if f"{one.number} · " not in words] == []
    assert len(outbox.words()) > MAX_VALUE


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_invoice_has_room_in_a_message_that_names_as_many_as_it_can(language: str) -> None:
    line = legal_words.invoice_line(
        number="9" * 60,
        description="W" * 240,
        due=max(
            (wording.day(date(2026, 9, day), language=language, short=False) for day in (1, 29, 30)), key=len
        ),
        amount=Money(10**18, "NOK"),
        language=language,
    )
    assert (len(line) + 1) * MOST_NAMED <= MAX_LIST


def test_what_was_settled_or_exempted_meanwhile_costs_nothing(outbox: Outbox) -> None:
    _, (invoice,) = notice(outbox, 60000)
    invoice.amount_open = 50000
    db.session.add(
        Exemption(
            organisation_id=invoice.organisation_id,
            invoice_id=invoice.id,
            asked_by="action:1",
            reason="complaint",
            amount=20000,
            started_at=NOW,
        )
    )
    db.session.commit()
    words = sent(outbox)
    assert "Samen staat dit open: € 300,00" in words
    assert "€ 45,00" in words


@pytest.mark.parametrize(("since", "cost"), [(0, "€ 54,45 (incl. btw)"), (1, "€ 45,00")])
def test_a_dutch_reminder_names_the_cost_with_vat_once_the_creditor_adds_it(
    outbox: Outbox, since: int, cost: str
) -> None:
    outbox.creditor.adds_vat = True
    outbox.creditor.adds_vat_from = NOW.date() + timedelta(days=since)
    notice(outbox, 30000)
    words = sent(outbox)
    assert f"kan dit erbij komen: {cost}" in words
    assert ("btw" in words) is ("btw" in cost)


def test_a_belgian_reminder_names_number_clause_and_last_day(outbox: Outbox) -> None:
    outbox.creditor.company_number = "0123.456.789"
    notice(outbox, 100000, country="BE", language="fr")
    words = sent(outbox)
    assert "au plus tard le vendredi 4 décembre 2026" in words
    assert "ce montant peut s'ajouter : 90,00 €" in words
    assert "Numéro d'entreprise : 0123.456.789" in words
    assert "Les factures viennent de Voltwerk." in words


def test_a_belgian_reminder_without_a_company_number_does_not_leave(outbox: Outbox) -> None:
    message, _ = notice(outbox, 100000, country="BE")
    assert outbox.deliver() == {"failed": 1}
    kept = outbox.fresh(message)
    assert kept.state is MessageState.FAILED
    assert "((creditor_number))" in kept.state_reason
    assert outbox.sink.received == []


def test_a_norwegian_reminder_names_rate_board_and_objection(outbox: Outbox, norwegian_rate: None) -> None:
    notice(outbox, 100000, country="NO", language="nb")
    words = sent(outbox)
    assert "innen 14 dager, senest fredag 4. desember 2026" in words
    assert "11,75 % i året fra mandag 26. oktober 2026" in words
    assert "Du kan også klage til Finansklagenemnda, www.finkn.no." in words
    assert "Er du ikke enig?" in words
    assert "112,00 kr" in words


def test_a_norwegian_reminder_without_a_known_rate_does_not_leave(outbox: Outbox) -> None:
    message, _ = notice(outbox, 100000, country="NO", language="nb")
    assert outbox.deliver() == {"failed": 1}
    assert "((interest))" in outbox.fresh(message).state_reason


def test_sums_of_two_currencies_are_not_mixed_into_one_cost(outbox: Outbox) -> None:
    message, (invoice, _) = notice(outbox, 12500, 17500)
    invoice.currency = "NOK"
    db.session.commit()
    assert outbox.deliver() == {"failed": 1}
    assert "((cost_after_term))" in outbox.fresh(message).state_reason


def test_own_words_that_became_unlawful_do_not_leave(outbox: Outbox) -> None:
    db.session.add(
        MessageTemplate(
            organisation_id=outbox.organisation.id,
            event="formal_notice",
            channel="email",
            language="nl",
            subject="Herinnering",
            body="Betaal binnen 14 dagen na vandaag. ((cost_after_term)) ((link))",
            updated_at=NOW,
        )
    )
    message, _ = notice(outbox, 30000)
    assert outbox.deliver() == {"failed": 1}
    assert "Art. 6:96(6) BW" in outbox.fresh(message).state_reason


@pytest.mark.parametrize(
    ("country", "cost"), [("NL", "€ 45,00"), ("BE", "€ 40,00"), ("DE", "€ 40,00"), ("CH", "")]
)
def test_a_business_gets_the_costs_of_its_own_law_and_no_term(
    outbox: Outbox, country: str, cost: str
) -> None:
    business = {"kind": DebtorKind.COMPANY, "company_name": "Bakkerij De Korenaar", "first_name": ""}
    notice(outbox, 30000, country=country, **business)
    words = sent(outbox)
    assert "binnen 14 dagen" not in words
    assert ("dan kan dit erbij komen" in words) is bool(cost)
    assert cost in words


def test_the_debtor_of_another_country_is_protected_by_its_law(outbox: Outbox) -> None:
    assert outbox.organisation.country == "NL"
    outbox.creditor.company_number = "0123.456.789"
    message, _ = notice(outbox, 15000, country="BE")
    assert db.session.get_one(Debtor, message.debtor_id).country == "BE"
    words = sent(outbox)
    assert "dan kan dit erbij komen: € 20,00" in words
