"""A link as messages speak of it, made up: it has the length of a real one and opens nothing."""

from datetime import datetime

from core.organisations.models import Organisation
from links import tokens
from links.queries import without_scheme
from links.validity import end_of, length_of
from messaging.link_text import LinkText


def sample_link(*, organisation: Organisation, base_url: str, now: datetime) -> LinkText:
    """Return what a message says about a link that would be issued now."""
    zone = organisation.zone
    ends_at = end_of(issued_at=now, hours=organisation.link_validity_hours, zone=zone)
    return LinkText(
        url=f"{base_url}/k/{'X' * tokens.LENGTH}",
        site=without_scheme(f"{base_url}/k/"),
        code="-".join(["XXXXX"] * 5 + ["XXXX"]),
        valid_until=ends_at,
        valid_for=length_of(issued_at=now, expires_at=ends_at, zone=zone),
    )
