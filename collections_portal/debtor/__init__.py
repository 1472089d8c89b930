"""The debtor's door: from the link to the answer."""
