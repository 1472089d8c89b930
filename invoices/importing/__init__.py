"""Importing files of invoices and debtors."""
