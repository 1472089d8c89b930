"""The peer's one page."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import localdate
from sesame.utils import get_user

from bench.peers.django_app.models import Invoice

ORGANISATION_ID = 1


def invoices(request: HttpRequest) -> HttpResponse:
    """Show the open invoices of whoever holds the token in the address."""
    visitor = get_user(request)
    if visitor is None:
        raise PermissionDenied
    rows = (
        Invoice.objects.filter(
            organisation_id=ORGANISATION_ID, debtor_id=visitor.debtor_id, amount_open__gt=0
        )
        .select_related("creditor")
        .order_by("due_on", "id")
    )
    before, after = settings.FRAME
    values = {"invoices": rows, "today": localdate(), "before": before, "after": after}
    return render(request, "list.html", values)


urlpatterns = [path("invoices", invoices)]
