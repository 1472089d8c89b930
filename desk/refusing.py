"""Refusals of rooms at the field they are about, with all that was typed."""

from collections.abc import Mapping
from typing import Any

from core.refusals import Refusal
from core.web.languages import sentence_of

FORM_ANSWER = 422


def at_field(form: Any, refusal: Refusal, fields: Mapping[type[Refusal], str] | None = None) -> int:
    """Write the refusal's sentence at its field and return the answer's status, or raise it again.

    The field is the one the refusal names itself (`field`), or the one `fields` has for its kind; a refusal
    without a field stands above the form. One that means that there is no such page (404) is raised again.
    """
    if refusal.status in (401, 403, 404):
        raise refusal
    name = getattr(refusal, "field", "") or next(
        (name for kind, name in (fields or {}).items() if isinstance(refusal, kind)), ""
    )
    if name in form:
        form[name].errors = [*form[name].errors, sentence_of(refusal)]
    else:
        form.form_errors.append(sentence_of(refusal))
    return FORM_ANSWER if refusal.status != 409 else 409
