"""The pages a debtor sees."""
