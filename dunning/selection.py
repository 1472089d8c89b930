"""Whose plan is whose: the most specific policy wins. Pure rules, without database or clock."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selector:
    """Whom a policy is for: `segment` person, company or empty for both; `country` ISO 3166 or empty for all.

    One that is `is_by_hand` is for nobody but debtors who were put on it.
    """

    policy_id: int
    segment: str = ""
    country: str = ""
    is_by_hand: bool = False


def policy_for(
    *, selectors: Iterable[Selector], segment: str, country: str, assigned: int | None = None
) -> int | None:
    """Return the id of the policy of a debtor, or None when none fits.

    The one they were put on comes first, then country and segment together, the country, the segment, and
    the one for everybody.
    """
    known = tuple(selectors)
    if assigned is not None and any(one.policy_id == assigned for one in known):
        return assigned
    fitting = [
        one
        for one in known
        if not one.is_by_hand and one.segment in ("", segment) and one.country in ("", country)
    ]
    best = max(fitting, key=lambda one: (one.country != "", one.segment != ""), default=None)
    return None if best is None else best.policy_id
