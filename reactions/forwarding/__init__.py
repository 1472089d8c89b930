"""Reactions forwarded to an organisation's own system, such as the one its credit controllers work in."""
