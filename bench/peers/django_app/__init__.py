"""The peer's one Django application."""
