"""The peer's tables: its visitors, and the portal's invoices read where they are."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.models import Session
from django.db import connection, models


class Visitor(AbstractBaseUser):
    """Who holds a token of django-sesame."""

    username = models.CharField(max_length=40, unique=True)
    debtor_id = models.BigIntegerField()
    is_active = models.BooleanField(default=True)
    objects = BaseUserManager()
    USERNAME_FIELD = "username"

    class Meta:
        db_table = "peer_visitors"


class Creditor(models.Model):
    """In whose name an invoice is collected."""

    name = models.CharField(max_length=120)

    class Meta:
        managed = False
        db_table = "creditors"


class Invoice(models.Model):
    """What is owed."""

    organisation_id = models.BigIntegerField()
    public_id = models.CharField(max_length=12)
    creditor = models.ForeignKey(Creditor, on_delete=models.DO_NOTHING)
    debtor_id = models.BigIntegerField()
    number = models.CharField(max_length=60)
    invoiced_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    amount_open = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "invoices"


class OfInvoice(models.Model):
    """A row about an invoice, of the same organisation."""

    organisation_id = models.BigIntegerField()
    invoice = models.ForeignKey(Invoice, on_delete=models.DO_NOTHING)

    class Meta:
        abstract = True


class Payment(OfInvoice):
    """What was paid on an invoice."""

    amount = models.BigIntegerField()
    paid_on = models.DateField()

    class Meta:
        managed = False
        db_table = "payments"


class CreditNote(OfInvoice):
    """What was taken off an invoice."""

    amount = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "credit_notes"


class Exemption(OfInvoice):
    """What keeps reminders away."""

    amount = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "exemptions"


class Charge(OfInvoice):
    """What reminders added."""

    class Meta:
        managed = False
        db_table = "charges"


class ReactionType(models.Model):
    """What kind of answer an action is about."""

    key = models.CharField(max_length=24)

    class Meta:
        managed = False
        db_table = "reaction_types"


class Reaction(models.Model):
    """What a debtor answered."""

    public_id = models.CharField(max_length=12)
    type_label = models.CharField(max_length=120)
    reacted_at = models.DateTimeField()
    answer_by = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "reactions"


class Action(models.Model):
    """What an agent does about it."""

    reaction = models.OneToOneField(Reaction, on_delete=models.DO_NOTHING, related_name="action")
    type = models.ForeignKey(ReactionType, on_delete=models.DO_NOTHING)
    state = models.CharField(max_length=24)
    close_reason = models.CharField(max_length=40, null=True)
    promised_on = models.DateField(null=True)
    answer = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "actions"


class ReactionInvoice(OfInvoice):
    """An invoice that an answer is about."""

    reaction = models.ForeignKey(Reaction, on_delete=models.DO_NOTHING)

    class Meta:
        managed = False
        db_table = "reaction_invoices"


def make_tables() -> None:
    """Make the tables of visitors and of their sessions."""
    with connection.schema_editor() as editor:
        editor.create_model(Visitor)
        editor.create_model(Session)
