"""The peer's entry, which is django-sesame's own, and its one page."""

from django.core.exceptions import PermissionDenied
from django.db.models import (
    Aggregate,
    Case,
    Exists,
    F,
    Max,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import localdate
from sesame.views import LoginView

from bench.peers.django_app.models import (
    Charge,
    CreditNote,
    Exemption,
    Invoice,
    Payment,
    ReactionInvoice,
)

ORGANISATION_ID = 1
_SAME = {"organisation_id": OuterRef("organisation_id"), "invoice": OuterRef("pk")}


def invoices(request: HttpRequest) -> HttpResponse:
    """Show the open invoices of whoever entered with a token."""
    visitor = request.user
    if not visitor.is_authenticated:
        raise PermissionDenied
    return render(request, "list.html", {"invoices": _listed(visitor.debtor_id), "today": localdate()})


def _listed(debtor_id: int) -> QuerySet[Invoice]:
    """Return the open invoices with what was paid and taken off, what keeps reminders away, and answers."""
    part_settled = Q(amount_open__lt=F("amount"))
    held = Sum(Coalesce("amount", OuterRef("amount_open")))
    return (
        Invoice.objects.filter(organisation_id=ORGANISATION_ID, debtor_id=debtor_id, amount_open__gt=0)
        .select_related("creditor")
        .annotate(
            paid=Case(When(part_settled, then=_of_invoice(Payment, Sum("amount"))), default=0),
            paid_on=Case(When(part_settled, then=_of_invoice(Payment, Max("paid_on")))),
            credited=Case(When(part_settled, then=_of_invoice(CreditNote, Sum("amount"))), default=0),
            held=_of_invoice(Exemption, held, ended_at=None),
            has_charges=Exists(Charge.objects.filter(**_SAME)),
        )
        .prefetch_related(Prefetch("reactioninvoice_set", queryset=_answers()))
        .order_by("due_on", "id")
    )


def _of_invoice(model: type[Model], of_all: Aggregate, **which: object) -> Subquery:
    rows = model._default_manager.filter(**_SAME, **which).order_by()
    return Subquery(rows.values("invoice").annotate(of_all=of_all).values("of_all"))


def _answers() -> QuerySet[ReactionInvoice]:
    answers = ReactionInvoice.objects.filter(organisation_id=ORGANISATION_ID)
    return answers.select_related("reaction__action__type").order_by("-reaction_id")


urlpatterns = [path("login", LoginView.as_view()), path("invoices", invoices)]
