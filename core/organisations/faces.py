"""What everybody may know of an organisation: its name, how to reach it, how its pages look."""

from dataclasses import dataclass

from sqlalchemy import select

from core.database import db
from core.organisations.models import Organisation

MOST_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Face:
    """An organisation as its debtors see it; `settings_version` is that of the settings it was read from."""

    public_id: str
    settings_version: int
    name: str
    language: str
    zone: str
    support_phone: str
    support_hours: str
    support_email: str
    debt_help_name: str
    debt_help_phone: str
    postal_address: str
    register_number: str
    logo_type: str | None


# A change of settings makes a new key, so that no process shows old ones.
_kept: dict[tuple[str, int], Face] = {}
_FACE = select(*(getattr(Organisation, name) for name in Face.__dataclass_fields__))


def face_of(*, organisation_id: int, public_id: str, settings_version: int) -> Face:
    """Return the face of an organisation; no statement when this process knows its present settings."""
    face = _kept.get((public_id, settings_version))
    if face is None:
        face = read_face(organisation_id=organisation_id)
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[face.public_id, face.settings_version] = face
    return face


def read_face(*, organisation_id: int) -> Face:
    """Return the face of an organisation as the database has it."""
    return Face(*db.session.execute(_FACE.where(Organisation.id == organisation_id)).one())
