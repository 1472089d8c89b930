"""The application put together, and the debtor's door."""
