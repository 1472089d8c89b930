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


def make_tables() -> None:
    """Make the tables of visitors and of their sessions."""
    with connection.schema_editor() as editor:
        editor.create_model(Visitor)
        editor.create_model(Session)
