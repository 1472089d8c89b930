"""Where the answer to a reaction goes as a message, said before an action is closed and after."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext

from core.refusals import N_
from reactions.models import Action
from reactions.queries.answering import NoWay, way_of_answer

NO_MESSAGE: Mapping[NoWay, str] = MappingProxyType(
    {
        NoWay.LINK_REVOKED: N_("No message goes out, because the link that the debtor came by was revoked."),
        NoWay.NO_CONTACT: N_(
            "No message goes out, because this debtor has no address or mobile number that can be used."
        ),
    }
)


def goes(action: Action) -> str:
    """Return where a text for the debtor goes when this action is closed."""
    way = way_of_answer(action=action)
    if isinstance(way, NoWay):
        return str(gettext(NO_MESSAGE[way]))
    return str(gettext("It goes as a message to %(address)s too.", address=way.value))


def went(action: Action) -> str:
    """Return where the text went with which this action was closed just now."""
    if not action.answer:
        return str(gettext("No message goes out, because there is no text for the debtor."))
    way = way_of_answer(action=action)
    if isinstance(way, NoWay):
        return str(gettext(NO_MESSAGE[way]))
    return str(gettext("Your text goes as a message to %(address)s.", address=way.value))
