"""Processes killed, lines cut and servers restarted for real: what the portal promises must hold."""
