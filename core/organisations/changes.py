"""The one way a change of settings is stored: a new version of the settings and a line in the audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update

from core import audit
from core.database import db
from core.organisations.models import Organisation
from core.refusals import N_, Refusal


class SettingsChangedMeanwhile(Refusal):
    """The settings are not as they were when the form was opened."""

    sentence = N_("Somebody else changed this in the meantime. Look at it again before you save.")
    status = 409


def hold(*, organisation_id: int) -> None:
    """Make a new version of the settings; the row is held, so that administrators change them one by one.

    Pages and caches that know the settings by their version read them again.
    """
    db.session.execute(
        update(Organisation)
        .where(Organisation.id == organisation_id)
        .values(settings_version=Organisation.settings_version + 1)
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return {name: [before, after]} of what differs."""
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


def tell(
    *,
    organisation_id: int,
    what: str,
    about: str,
    about_id: int,
    member_id: int,
    now: datetime,
    changes: Mapping[str, list[Any]],
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write what was changed into the audit trail, with the values before and after."""
    db.session.flush()
    audit.record(
        organisation_id=organisation_id,
        what=what,
        about=about,
        about_id=about_id,
        member_id=member_id,
        now=now,
        details={**(details or {}), "changes": dict(changes)},
    )
