"""The reaction page as a debtor sees it, for an administrator: made of the debtor's own parts, read-only.

It stands here because it is the one page of the settings that is drawn by the debtor's door.
"""

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from collections_portal.debtor.questions import Typed, choices_of
from core import clock
from core.clock import day_in
from core.members.models import Role
from core.organisations.faces import read_face
from core.web import languages
from core.web.formats import money
from core.web.guards import allows, current_organisation
from core.web.rail import logo_url_of
from invoices.models import DebtorKind
from reactions.queries.offered import offered_types

blueprint = Blueprint("preview", __name__, url_prefix="/preview")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """An invoice that nobody has to pay; the amount is in minor units."""

    number: str
    amount_open: int
    currency: str

    @property
    def title(self) -> str:
        """What the page calls it."""
        return str(gettext("Invoice %(number)s", number=self.number))

    @property
    def open_words(self) -> str:
        """The amount in words."""
        return money(self.amount_open, self.currency, languages.language())


@blueprint.get("")
@allows(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    """Show every reaction that is offered, with its fields."""
    return _page(Typed(type_key=request.args.get("type", "")))


@blueprint.post("")
@allows(Role.ADMINISTRATOR)
def save() -> ResponseReturnValue:
    """Refuse: a preview stores nothing. The buttons of the form work, as far as they only show something."""
    typed = Typed(type_key=request.form.get("type", ""), values=request.form)
    if request.form.get("step") == "save":
        return _page(typed, refused=True), 403
    return _page(typed)


def _page(typed: Typed, *, refused: bool = False) -> str:
    organisation = current_organisation()
    kind = _kind()
    languages.speak(request.args.get("lang", organisation.language))
    invoices = [
        MadeUp("2026/186", 125000, organisation.currency),
        MadeUp("2026/201", 8990, organisation.currency),
    ]
    types = offered_types(organisation_id=organisation.id, debtor_kind=kind, language=languages.language())
    today = day_in(clock.now(), organisation.zone)
    return render_template(
        "settings/preview.html",
        **_frame(kind),
        invoices=invoices,
        totals=[(sum(one.amount_open for one in invoices), organisation.currency)],
        choices=choices_of(types, invoices=invoices, typed=typed, today=today),
        chosen=typed.type_key,
        kind=kind.value,
        refused=refused,
        here_url=url_for("settings.preview.show", kind=kind.value, lang=languages.language()),
        kinds=[(one.value, _address(one, languages.language())) for one in DebtorKind],
    )


def _kind() -> DebtorKind:
    wanted = request.args.get("kind")
    return DebtorKind.COMPANY if wanted == DebtorKind.COMPANY else DebtorKind.PERSON


def _address(kind: DebtorKind, language: str) -> str:
    return url_for("settings.preview.show", kind=kind.value, lang=language)


def _frame(kind: DebtorKind) -> dict[str, object]:
    """Return what the layout of the debtor's pages needs."""
    organisation = current_organisation()
    return {
        "language": languages.language(),
        "languages": [(code, name, _address(kind, code)) for code, name in languages.OWN_NAMES.items()],
        "organisation": read_face(organisation_id=organisation.id),
        "theme_url": url_for("theme", public_id=organisation.public_id, v=organisation.settings_version),
        "logo_url": logo_url_of(organisation),
    }
