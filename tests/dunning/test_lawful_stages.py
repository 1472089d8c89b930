"""Plans with a reminder that begins a term: refused while its text lacks what the law wants."""

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from core import tenancy
from core.database import db
from core.organisations.models import Organisation
from dunning import operations, policies, queries
from dunning.lawful_stages import StageNotBySms
from dunning.lawful_texts import StageTextUnlawful
from dunning.models import DunningPolicy, StageChannel
from dunning.policies import PolicyWish, StageWish
from invoices.models import Channel
from messaging.models import MessageTemplate
from tests import factories
from tests.factories import NOW


@pytest.fixture
def policy(session: scoped_session[Session]) -> DunningPolicy:
    """The policy that Voltwerk begins with."""
    organisation = factories.organisation()
    with tenancy.scope(organisation.id):
        return operations.found_policy(organisation_id=organisation.id)


def own_words(
    organisation_id: int, body: str, language: str = "de", channel: Channel = Channel.EMAIL
) -> None:
    """Let the organisation have words of its own that were saved under another law."""
    with tenancy.scope(organisation_id):
        db.session.add(
            MessageTemplate(
                organisation_id=organisation_id,
                event="formal_notice",
                channel=channel,
                language=language,
                subject="Erinnerung",
                body=body,
                updated_at=NOW,
            )
        )
        db.session.flush()


def change(
    policy: DunningPolicy,
    *,
    channel: StageChannel = StageChannel.EMAIL,
    segment: str = "",
    country: str = "",
) -> None:
    """Add a reminder with a term, after a friendly one: to the plan, or to one for some debtors."""
    stages = [StageWish(7, StageChannel.PREFERRED, "reminder_1"), StageWish(21, channel, "formal_notice")]
    wish = PolicyWish("Plan", stages, 7, 0, False, 9, segment, country)
    with tenancy.scope(policy.organisation_id):
        member = factories.member(db.session.get_one(Organisation, policy.organisation_id))
        if segment or country:
            policies.add_policy(
                organisation_id=policy.organisation_id, wish=wish, member_id=member.id, now=NOW
            )
        else:
            policies.change_policy(policy=policy, wish=wish, member_id=member.id, now=NOW)


def events_of(policy: DunningPolicy) -> list[str]:
    with tenancy.scope(policy.organisation_id):
        stages = queries.stages_of(organisation_id=policy.organisation_id, policy_id=policy.id)
        return [stage.event for stage in stages]


def test_the_standard_text_may_be_used(policy: DunningPolicy) -> None:
    change(policy)
    assert events_of(policy) == ["reminder_1", "formal_notice"]


ON_PAPER = (StageChannel.LETTER, StageChannel.LETTER_EMAIL, StageChannel.EMAIL_LETTER)


@pytest.mark.parametrize(
    "channel", [one for one in StageChannel if one not in (StageChannel.EMAIL, *ON_PAPER)]
)
def test_a_reminder_with_a_term_goes_by_no_sms(policy: DunningPolicy, channel: StageChannel) -> None:
    with pytest.raises(StageNotBySms, match="step 2 cannot go by SMS"):
        change(policy, channel=channel)
    assert events_of(policy) == ["reminder_1", "reminder_2", "reminder_3"]


@pytest.mark.parametrize("channel", ON_PAPER)
def test_a_letter_that_lacks_a_mention_is_refused_like_a_mail(
    policy: DunningPolicy, channel: StageChannel
) -> None:
    change(policy, channel=channel)
    own_words(policy.organisation_id, "Kosten: ((cost_after_term)) ((link))", channel=Channel.LETTER)
    with pytest.raises(StageTextUnlawful, match="payment_term"):
        change(policy, channel=channel)
    change(policy)


def test_one_language_that_lacks_a_mention_is_enough_to_refuse(policy: DunningPolicy) -> None:
    own_words(policy.organisation_id, "Kosten: ((cost_after_term)) ((link))")
    with pytest.raises(StageTextUnlawful) as refused:
        change(policy)
    assert str(refused.value).startswith(
        "The text “Reminder with a term” (e-mail, de) of step 2 lacks ((payment_term)), "
        "which the law wants in it (Art. 6:96(6) BW)."
    )
    assert events_of(policy) == ["reminder_1", "reminder_2", "reminder_3"]


def test_a_plan_for_another_country_is_judged_by_its_law(policy: DunningPolicy) -> None:
    own_words(policy.organisation_id, "((payment_term)) ((cost_after_term)) ((link))")
    change(policy)
    with pytest.raises(StageTextUnlawful, match=r"Code of Economic Law, art\. XIX\.2"):
        change(policy, country="BE")


def test_businesses_are_not_owed_the_words_consumers_are(policy: DunningPolicy) -> None:
    own_words(policy.organisation_id, "((link))")
    change(policy, segment="company")
    with pytest.raises(StageTextUnlawful):
        change(policy, segment="person")


def test_the_words_of_another_organisation_do_not_count(policy: DunningPolicy) -> None:
    own_words(factories.organisation(name="Elders").id, "((link))")
    change(policy)
    assert events_of(policy)[-1] == "formal_notice"
