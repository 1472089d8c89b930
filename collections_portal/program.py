"""The program `portal`, as it is installed."""

import gc
from importlib import import_module


def main() -> None:
    """Run the command that was asked for; looking for garbage while all is imported took half of a start."""
    gc.disable()
    cli = import_module("collections_portal.cli")
    gc.freeze()
    gc.enable()
    cli.main()
