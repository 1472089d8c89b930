"""Tests of backups: made while the portal runs, refused when damaged, restored into an empty place."""
