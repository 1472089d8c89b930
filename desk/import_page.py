"""What the templates of imports need, from the room's answers: words, addresses and pages of lists."""

from typing import Any

from core.web.guards import current_organisation
from desk import lists
from invoices.importing import queries


def imports_context(*, page: int) -> dict[str, Any]:
    """Return what the list of imports shows."""
    rows, total = queries.batches_of(organisation_id=current_organisation().id, page=page)
    return {
        "here": "imports",
        "rows": rows,
        "pages": lists.pages(total=total, page=page, size=queries.PAGE),
    }
