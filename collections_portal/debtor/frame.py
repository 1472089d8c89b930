"""What the layout of the debtor's pages needs, error pages included."""

from functools import lru_cache
from typing import Any

from flask import g, request, url_for

from core.web.languages import OWN_NAMES, language

# Beginning with `?` they lead to the same page, and no page repeats the link it was opened by.
LANGUAGES = tuple((code, name, f"?lang={code}") for code, name in OWN_NAMES.items())


def for_templates() -> dict[str, Any]:
    """Return the frame's values; the desk's pages have a frame of their own."""
    if g.get("door") != "debtor":
        return {}
    face, visit = g.get("face"), g.get("visit")
    return {
        "language": language(),
        "languages": LANGUAGES,
        "organisation": face,
        "theme_url": _of(face, "theme"),
        "logo_url": _of(face, "logo") if face and face.logo_type else None,
        "about_url": address("debtor.about.show"),
        "leave_url": address("debtor.visits.leave") if visit else None,
        "speak_url": address("debtor.visits.speak") if visit else None,
        # Whose link came by letter has nothing here to stop.
        "messages_by": visit.messages_by if visit else None,
        "messages_url": address("debtor.messages.show") if visit else None,
        "link_ends_at": visit.link_expires_at if visit else g.get("link_ends_at"),
    }


def _of(face: Any, endpoint: str) -> str | None:
    if face is None:
        return None
    return address(endpoint, public_id=face.public_id, v=face.settings_version)


def address(endpoint: str, **values: object) -> str:
    """Return what `url_for` does for addresses that are the same for many: it is asked once for each."""
    return _address(request.root_path, endpoint, tuple(values.items()))


@lru_cache(maxsize=1000)
def _address(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))
