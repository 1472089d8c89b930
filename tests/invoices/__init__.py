"""Tests of the room of invoices."""
