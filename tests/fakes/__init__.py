"""Servers of others, on loopback: what we talk to, as it really answers."""
