"""Plans that add costs or interest: refused, with the source, where the law lets nothing be asked."""

import pytest

from core.database import db
from core.refusals import Refusal
from dunning import lawful_charges as law
from dunning import policies, queries
from dunning.lawful_texts import TextWithoutCharges
from dunning.models import StageChannel, StageCosts
from dunning.policies import PolicyWish, StageWish
from messaging.models import MessageTemplate
from tests.dunning.charging import COSTS, FEE, MAIL
from tests.dunning.conftest import FRIDAY, Office

NOTICE = StageWish(7, MAIL, "formal_notice")


def fee(days: int, event: str = "reminder_2") -> StageWish:
    """A stage with a fee for the reminder itself."""
    return StageWish(days, MAIL, event, 0, FEE)


def costs(days: int, *, channel: StageChannel = MAIL) -> StageWish:
    """A stage with the costs of collecting."""
    return StageWish(days, channel, "reminder_3", 0, COSTS)


def interest(days: int) -> StageWish:
    """A stage with interest."""
    return StageWish(days, MAIL, "reminder_2", 0, StageCosts.NONE, True)


def add(office: Office, country: str, *stages: StageWish, segment: str = "") -> None:
    """Add a plan for the debtors of a country."""
    name = f"{country or 'Here'} {segment}"
    policies.add_policy(
        organisation_id=office.organisation.id,
        wish=PolicyWish(name, stages, 7, 0, False, 9, segment, country),
        member_id=office.agent.id,
        now=FRIDAY,
    )


@pytest.mark.parametrize(
    ("country", "segment", "stages", "refusal", "said"),
    [
        ("NL", "", (costs(22),), law.CostsWithoutTerm, r"Art\. 6:96\(6\) BW"),
        ("NL", "", (costs(7), StageWish(22, MAIL, "formal_notice")), law.CostsWithoutTerm, "Step 1"),
        ("NL", "", (NOTICE, costs(21)), law.CostsWithinTerm, r"at least 15 days .*Art\. 6:96\(6\) BW"),
        ("NL", "", (NOTICE, fee(22)), law.FeeUnknown, "no law that we know allows one .NL."),
        ("BE", "", (costs(22),), law.CostsWithoutTerm, r"Code of Economic Law, art\. XIX\.2"),
        ("BE", "", (NOTICE, costs(21)), law.CostsWithinTerm, "15 days"),
        ("BE", "", (fee(7), fee(22)), law.FirstReminderFree, r"art\. XIX\.2"),
        ("BE", "", (interest(7),), law.CostsWithoutTerm, r"art\. XIX\.4"),
        ("NO", "", (fee(13),), law.FeeTooSoon, "from 14 days .*Inkassoforskriften"),
        ("NO", "", (fee(14), fee(21), fee(35)), law.TooManyFees, "At most 2 .*Inkassoforskriften"),
        ("NO", "", (costs(22),), law.CostsWithoutTerm, r"Inkassoloven, §§ 9 and 10"),
        ("DE", "", (costs(22),), law.CostsUnknown, "allows them .DE."),
        ("DE", "company", (fee(22),), law.FeeUnknown, "allows one .DE."),
        ("NL", "", (NOTICE, costs(22, channel=StageChannel.EMAIL_SMS)), law.ChargesNotBySms, "Step 2"),
        ("NL", "", (NOTICE, costs(22, channel=StageChannel.PREFERRED)), law.ChargesNotBySms, "e-mail"),
    ],
)
def test_a_plan_that_asks_what_the_law_forbids_is_refused_with_its_source(
    office: Office,
    country: str,
    segment: str,
    stages: tuple[StageWish, ...],
    refusal: type[Refusal],
    said: str,
) -> None:
    before = len(queries.policies_of(organisation_id=office.organisation.id))
    with pytest.raises(refusal, match=said):
        add(office, country, *stages, segment=segment)
    assert len(queries.policies_of(organisation_id=office.organisation.id)) == before


@pytest.mark.parametrize(
    ("country", "segment", "stages"),
    [
        ("NL", "", (NOTICE, costs(22))),
        ("NL", "", (interest(7),)),
        ("NL", "company", (costs(7),)),
        ("BE", "", (NOTICE, fee(14), costs(22))),
        ("BE", "company", (costs(7),)),
        ("NO", "", (fee(14), StageWish(21, MAIL, "formal_notice", 0, FEE), costs(36))),
        ("DE", "company", (costs(7),)),
    ],
)
def test_a_plan_that_asks_what_the_law_allows_is_added(
    office: Office, rates: None, country: str, segment: str, stages: tuple[StageWish, ...]
) -> None:
    office.creditor.company_number = "0403.019.261"
    add(office, country, *stages, segment=segment)
    policy = queries.policies_of(organisation_id=office.organisation.id)[-1]
    found = queries.plan_of(organisation=office.organisation, policy_id=policy.id).stages
    assert [one.costs for one in found] == [one.costs for one in stages]
    assert [one.adds_interest for one in found] == [one.adds_interest for one in stages]


def test_a_text_of_ones_own_that_does_not_name_the_costs_is_refused(office: Office) -> None:
    db.session.add(
        MessageTemplate(
            organisation_id=office.organisation.id,
            event="reminder_3",
            channel="email",
            language="fr",
            subject="Rappel",
            body="((link))",
            updated_at=FRIDAY,
        )
    )
    db.session.flush()
    with pytest.raises(TextWithoutCharges, match=r"\(e-mail, fr\) of step 2 .* Add \(\(charges\)\)"):
        add(office, "NL", NOTICE, costs(22))
