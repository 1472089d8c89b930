"""The main job told and checked: from a file of invoices to the reminder that does not go."""
