"""Backups: one archive with the database and every uploaded file, and the way back."""
