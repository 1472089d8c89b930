"""Tests of the application put together, and of the debtor's door."""
