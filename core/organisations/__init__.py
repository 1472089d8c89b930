"""Organisations (the tenants) and the creditors in whose name they collect."""
