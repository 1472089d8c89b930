"""Debtors, invoices, payments, and the exemptions that make dunning leave an invoice alone."""
