"""All tables of all rooms, known to the metadata by importing their modules by name."""

from importlib import import_module

MODULES = (
    "core.organisations.models",
    "core.members.models",
    "core.audit",
    "invoices.models",
    "invoices.importing.models",
    "invoices.statements.models",
    "messaging.models",
    "messaging.charge_models",
    "messaging.sms_models",
    "messaging.restored_models",
    "links.models",
    "reactions.models",
    "dunning.models",
)


def load() -> None:
    """Import every module of tables; the migrations and the application need them all."""
    for name in MODULES:
        import_module(name)
