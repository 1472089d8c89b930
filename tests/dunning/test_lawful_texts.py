"""Texts that lack what the law wants: no run begins with them, and none is saved while a plan sends it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import structlog
from flask import Flask
from sqlalchemy import select

from core import tenancy
from core.database import db
from core.organisations.models import Organisation
from core.transaction import writing
from core.web.languages import sentence_of, speak
from dunning import operations, policies
from dunning.lawful_texts import StageTextUnlawful, TextWithoutCharges, demands_on
from dunning.models import DunningPolicy, DunningRun, RunState, StageChannel
from dunning.policies import PolicyWish, StageWish
from invoices.models import Channel
from messaging.events import Part
from messaging.models import MessageTemplate
from messaging.own_texts import TextsRefused, save, text_in_use
from tests.dunning.charging import COSTS, MAIL
from tests.dunning.conftest import FRIDAY, Office

GIVES_TERM = StageWish(7, MAIL, "formal_notice")
CHARGES = StageWish(22, MAIL, "reminder_3", 0, COSTS)
# All that Dutch law wants, and nothing of what others do.
DUTCH = "((payment_term)) ((cost_after_term)) ((link))"
NUMBER = "0403.019.261"


def add(office: Office, *stages: StageWish, country: str, name: str = "Plan") -> DunningPolicy:
    """Add a plan for the debtors of a country."""
    return policies.add_policy(
        organisation_id=office.organisation.id,
        wish=PolicyWish(name, stages, 7, 0, False, 9, "", country),
        member_id=office.agent.id,
        now=FRIDAY,
    )


def own_words(
    office: Office, body: str, *, event: str = "formal_notice", channel: Channel = Channel.EMAIL
) -> None:
    """Let the organisation have French words of its own, saved before anybody asked what the plans want."""
    db.session.add(
        MessageTemplate(
            organisation_id=office.organisation.id,
            event=event,
            channel=channel,
            language="fr",
            subject="Rappel",
            body=body,
            updated_at=FRIDAY,
        )
    )
    db.session.flush()


def begin(office: Office, policy: DunningPolicy, now: datetime = FRIDAY) -> RunState:
    return operations.begin(organisation=office.organisation, policy_id=policy.id, now=now).state


@pytest.fixture
def belgian(office: Office) -> DunningPolicy:
    """A plan for Belgium of an organisation in the Netherlands."""
    office.creditor.company_number = NUMBER
    return add(office, GIVES_TERM, country="BE")


def test_a_run_does_not_begin_while_a_text_of_its_plan_lacks_a_mention(
    office: Office, belgian: DunningPolicy
) -> None:
    own_words(office, DUTCH)
    with pytest.raises(StageTextUnlawful) as refused:
        begin(office, belgian)
    assert str(refused.value).startswith(
        "The text “Reminder with a term” (e-mail, fr) of step 1 lacks ((amount_open)), "
        "which the law wants in it (Code of Economic Law, art. XIX.2)."
    )
    assert begin(office, office.policy) is RunState.FILLING


def test_it_begins_when_the_text_says_all_of_it(office: Office, belgian: DunningPolicy) -> None:
    own_words(office, f"{DUTCH} ((amount_open)) ((creditor_name)) ((creditor_number)) ((invoice_list))")
    assert begin(office, belgian) is RunState.FILLING


def test_the_words_of_a_way_that_the_plan_does_not_go_do_not_matter(
    office: Office, belgian: DunningPolicy
) -> None:
    own_words(office, DUTCH, channel=Channel.LETTER)
    assert begin(office, belgian) is RunState.FILLING


def test_an_organisation_that_moved_is_told_what_its_texts_lack_there(office: Office) -> None:
    office.creditor.company_number = NUMBER
    wish = PolicyWish("Plan", [GIVES_TERM], 7, 0, False, 9)
    policies.change_policy(policy=office.policy, wish=wish, member_id=office.agent.id, now=FRIDAY)
    own_words(office, DUTCH)
    begin(office, office.policy)
    (run,) = db.session.scalars(select(DunningRun))
    operations.discard(run=run, member_id=None, now=FRIDAY)
    office.organisation.country = "BE"
    with pytest.raises(StageTextUnlawful, match=r"XIX\.2"):
        begin(office, office.policy)


def test_a_run_does_not_begin_while_a_text_does_not_name_what_its_step_adds(office: Office) -> None:
    policy = add(office, GIVES_TERM, CHARGES, country="NL")
    own_words(office, "((link))", event="reminder_3")
    with pytest.raises(TextWithoutCharges, match=r"“Third reminder” \(e-mail, fr\) of step 2 does not say"):
        begin(office, policy)


def test_no_run_begins_by_itself_and_those_of_other_plans_do(office: Office, belgian: DunningPolicy) -> None:
    belgian.is_automatic = office.policy.is_automatic = True
    own_words(office, DUTCH)
    with structlog.testing.capture_logs() as lines:
        made = operations.begin_automatic(organisation=office.organisation, now=FRIDAY)
    assert [run.policy_id for run in made] == [office.policy.id]
    (line,) = [one for one in lines if one["event"] == "no automatic run"]
    assert (line["plan"], "((amount_open))" in line["why"]) == (belgian.id, True)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "‘Herinnering met een termijn’ (brief, Frans)"),
        ("fr", "(lettre, français)"),
        ("de", "(Brief, Französisch)"),
        ("en", "“Reminder with a term” (letter, French) of step 1"),
        ("nb", "(brev, fransk)"),
    ],
)
def test_the_text_is_named_in_the_readers_language(
    app: Flask, office: Office, language: str, said: str
) -> None:
    own_words(office, "((link))", channel=Channel.LETTER)
    with pytest.raises(StageTextUnlawful) as refused:
        add(office, StageWish(7, StageChannel.LETTER, "formal_notice"), country="NL")
    with app.test_request_context():
        speak(language)
        sentence = sentence_of(refused.value)
    assert said in sentence
    assert "((payment_term))" in sentence
    assert "(Art. 6:96(6) BW)" in sentence


def test_what_a_text_must_say_is_asked_of_every_plan_in_use_that_sends_it(
    office: Office, belgian: DunningPolicy
) -> None:
    add(office, GIVES_TERM, country="DE", name="Elsewhere")

    def laws() -> list[tuple[str, str]]:
        found = demands_on(
            organisation=office.organisation, event="formal_notice", channel=Channel.EMAIL, now=FRIDAY
        )
        return [(ground.country, ground.segment.value) for ground in found.grounds]

    everywhere = [("NL", "B2C"), ("BE", "B2B"), ("BE", "B2C"), ("DE", "B2B"), ("DE", "B2C")]
    assert laws() == everywhere
    policies.end_policy(policy=belgian, member_id=office.agent.id, now=FRIDAY)
    assert laws() == [one for one in everywhere if one[0] != "BE"]


def save_dutch_words(organisation_id: int, member_id: int) -> None:
    """Save, in a transaction of its own, a text that lacks what Belgian law wants."""
    with tenancy.scope(organisation_id), writing():
        organisation = db.session.get_one(Organisation, organisation_id)
        which = {"event": "formal_notice", "channel": "email", "language": "fr"}
        save(
            organisation_id=organisation_id,
            **which,
            texts={Part.SUBJECT: "Rappel", Part.BODY: DUTCH},
            longest={},
            demands=lambda: demands_on(
                organisation=organisation, event="formal_notice", channel=Channel.EMAIL, now=FRIDAY
            ),
            mark=text_in_use(organisation_id=organisation_id, **which).mark,
            member_id=member_id,
            now=FRIDAY,
        )


def test_a_text_and_a_plan_that_are_stored_at_once_know_of_each_other(app: Flask, office: Office) -> None:
    """Whoever comes second waits, and is refused: else both would be stored, and no message could leave."""
    office.creditor.company_number = NUMBER
    db.session.commit()
    held = threading.Event()
    organisation_id, member_id = office.organisation.id, office.agent.id

    def plan() -> None:
        with tenancy.scope(organisation_id), writing():
            policies.add_policy(
                organisation_id=organisation_id,
                wish=PolicyWish("Plan", [GIVES_TERM], 7, 0, False, 9, "", "BE"),
                member_id=member_id,
                now=FRIDAY,
            )
            held.set()
            time.sleep(0.3)

    def text() -> None:
        assert held.wait(timeout=30)
        with pytest.raises(TextsRefused) as refused:
            save_dutch_words(organisation_id, member_id)
        assert "creditor_number" in [one.values["name"] for one in refused.value.errors[Part.BODY]]

    def within(job: Callable[[], None]) -> None:
        with app.app_context():
            job()

    with ThreadPoolExecutor(max_workers=2) as threads:
        for done in [threads.submit(within, job) for job in (plan, text)]:
            done.result(timeout=60)
