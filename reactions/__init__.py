"""What debtors answer, and the actions their answers set off."""
