"""Bank statements: read, matched with invoices, booked, and what is left of them settled by hand."""
