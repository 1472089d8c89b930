"""The agents' door."""
