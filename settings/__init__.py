"""The organisation's door: what an administrator decides."""
