"""The history of the settings in words: a sentence for each line of the trail, and what was what before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask_babel import format_decimal, gettext

from core.audit import Actor
from core.members.models import Role
from core.organisations.models import LANGUAGES
from core.refusals import N_
from core.trail import Line
from core.web.languages import country_name
from messaging.events import EVENTS
from settings.words import channel_name, country_names, language_name, validity

# %(who)s is a member, or the portal.
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "organisation.founded": N_("%(who)s set the organisation up"),
        "organisation.changed": N_("%(who)s changed the settings of the organisation"),
        "organisation.logo_changed": N_("%(who)s changed the logo"),
        "creditor.added": N_("%(who)s added the creditor %(name)s"),
        "creditor.changed": N_("%(who)s changed the creditor %(name)s"),
        "dunning_policy.added": N_("%(who)s added the dunning plan %(name)s"),
        "dunning_policy.changed": N_("%(who)s changed the dunning plan"),
        "dunning_policy.ended": N_("%(who)s ended the dunning plan %(name)s"),
        "restore.begun": N_("A backup was restored; messages that may have left since: %(messages)s"),
        "restore.decided": N_("%(who)s decided about messages after the restore: %(messages)s"),
        "restore.released": N_("%(who)s let the portal go on after the restore"),
        "forwarding.begun": N_("Reactions go to your own system: %(name)s"),
        "forwarding.ended": N_("Reactions go to your own system no more"),
        "member.invited": N_("%(who)s invited %(member)s, as %(role)s"),
        "member.invitation_refused": N_("%(who)s invited somebody who signs in already"),
        "member.role_changed": N_("%(who)s changed what %(member)s may do"),
        "member.disabled": N_("%(who)s shut %(member)s out"),
        "member.enabled": N_("%(who)s let %(member)s in again"),
        "member.sessions_ended": N_("%(who)s signed %(member)s out everywhere"),
        "reaction_type.changed": N_("%(who)s changed the reaction %(type)s"),
        "message_template.changed": N_("%(who)s changed the text: %(event)s, %(channel)s, %(language)s"),
        "message_template.reset": N_(
            "%(who)s went back to the standard text: %(event)s, %(channel)s, %(language)s"
        ),
    }
)
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": N_("Name"),
        "country": N_("Country"),
        "zone": N_("Time zone"),
        "language": N_("Language"),
        "support_phone": N_("Telephone"),
        "support_hours": N_("When you can be reached"),
        "support_email": N_("E-mail address"),
        "postal_address": N_("Postal address"),
        "register_number": N_("Register number"),
        "debt_help_name": N_("Help with debts: who"),
        "debt_help_phone": N_("Help with debts: telephone"),
        "collection_messages_a_week": N_("Reminders to one debtor a week, at most"),
        "payment_data_days": N_("Payment data is at most this many days old"),
        "sms_per_day": N_("SMS a day, at most"),
        "sms_countries": N_("Countries that SMS may go to"),
        "accent": N_("Accent colour"),
        "link_validity_hours": N_("Links are valid for"),
        "account_name": N_("Account holder"),
        "iban": N_("IBAN"),
        "bic": N_("BIC"),
        "company_number": N_("Company number"),
        "adds_vat": N_("Cannot reclaim VAT: add it to collection costs"),
        "code": N_("Action ID"),
        "is_offered": N_("Debtors can choose this reaction"),
        "exempts": N_("Exempt the invoice from dunning"),
        "closes_when_paid": N_("Close by itself when the invoice is paid"),
        "review_days": N_("Promise an answer within"),
        "promise_days": N_("A promised day may lie ahead"),
        "audience": N_("Offer to"),
        "assignee_id": N_("Assign to"),
        "position": N_("Place in the list"),
        "label": N_("What debtors choose"),
        "hint": N_("Hint below it"),
        "visible": N_("Visible"),
        "optional": N_("Optional"),
        "subject": N_("Subject"),
        "body": N_("Text"),
        "sms": N_("Text of the SMS"),
        "role": N_("Role"),
    }
)
ROLES: Mapping[str, str] = MappingProxyType(
    {
        Role.VIEWER: N_("viewer"),
        Role.AGENT: N_("agent"),
        Role.ADMINISTRATOR: N_("administrator"),
    }
)
AUDIENCES: Mapping[str, str] = MappingProxyType(
    {
        "everybody": N_("Persons and companies"),
        "persons": N_("Persons only"),
        "companies": N_("Companies only"),
    }
)
LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Names:
    """What rows are called now: members by id, reactions by key, fields by the keys of both."""

    members: Mapping[int, str]
    types: Mapping[str, str]
    fields: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Told:
    """One line as `components/desk/timeline.html` shows it; `detail` has a line for each value."""

    sentence: str
    at: datetime
    ours: bool
    detail: str


def told(line: Line, names: Names) -> Told:
    """Return a line in words; a kind that has no sentence is shown by its name."""
    sentence = SENTENCES.get(line.what)
    return Told(
        sentence=str(gettext(sentence, **_values(line, names))) if sentence else line.what,
        at=line.at,
        ours=line.actor == Actor.MEMBER,
        detail="\n".join(
            _change(line, name, before, after, names)
            for name, (before, after) in _changes(line.details).items()
        ),
    )


def _values(line: Line, names: Names) -> dict[str, str]:
    said = line.details
    event = EVENTS.get(str(said.get("event")))
    return {
        "who": line.name or str(gettext("The portal")),
        "name": str(said.get("name", "")),
        "messages": str(said.get("messages", "")),
        "member": names.members.get(line.about_id, "") if line.about == "member" else "",
        "role": _role(said.get("role")),
        "type": names.types.get(str(said.get("type")), str(said.get("type"))),
        "event": str(gettext(event.meaning)) if event else "",
        "channel": channel_name(str(said.get("channel", ""))),
        "language": language_name(str(said["language"])) if said.get("language") else "",
    }


def _changes(details: Mapping[str, Any]) -> Mapping[str, Any]:
    if "from" in details and "to" in details:
        return {"role": [details["from"], details["to"]]}
    changes: Mapping[str, Any] = details.get("changes", {})
    return {name: pair for name, pair in changes.items() if name != "logo"}


def _change(line: Line, name: str, before: Any, after: Any, names: Names) -> str:
    """Return `Dutch, Hint below it: nothing, now We look into it`; a dotted name says whose value it is."""
    whose, _, own = name.rpartition(".")
    label = str(gettext(LABELS[own])) if own in LABELS else own
    if whose in LANGUAGES:
        label = f"{language_name(whose)}, {label}"
    elif whose:
        label = f"{names.fields.get((str(line.details.get('type')), whose), whose)}, {label}"
    values = (_shown(own, value, names) for value in (before, after))
    return str(
        gettext("%(what)s: %(before)s, now %(after)s", what=label, before=next(values), after=next(values))
    )


def _shown(name: str, value: Any, names: Names) -> str:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if value is None or value == "":
        return str(gettext("nothing"))
    if name in WRITTEN:
        return WRITTEN[name](value)
    if name == "assignee_id":
        return names.members.get(int(value), str(value))
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _role(value: Any) -> str:
    return str(gettext(ROLES[value])) if value in ROLES else ""


def _audience(value: Any) -> str:
    return str(gettext(AUDIENCES[value])) if value in AUDIENCES else str(value)


WRITTEN: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        "language": language_name,
        "country": country_name,
        "link_validity_hours": validity,
        "sms_per_day": format_decimal,
        "sms_countries": lambda codes: ", ".join(country_names(str(codes).split())),
        "role": _role,
        "audience": _audience,
    }
)
