"""The people of an organisation: agents, administrators and viewers."""
