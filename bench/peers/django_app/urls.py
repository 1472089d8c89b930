"""The peer's entry, which is django-sesame's own, and its one page."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import localdate
from sesame.views import LoginView

from bench.peers.django_app.models import Invoice

ORGANISATION_ID = 1


def invoices(request: HttpRequest) -> HttpResponse:
    """Show the open invoices of whoever entered with a token."""
    visitor = request.user
    if not visitor.is_authenticated:
        raise PermissionDenied
    rows = (
        Invoice.objects.filter(
            organisation_id=ORGANISATION_ID, debtor_id=visitor.debtor_id, amount_open__gt=0
        )
        .select_related("creditor")
        .order_by("due_on", "id")
    )
    return render(request, "list.html", {"invoices": rows, "today": localdate()})


urlpatterns = [path("login", LoginView.as_view()), path("invoices", invoices)]
