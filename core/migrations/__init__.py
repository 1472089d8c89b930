"""Numbered migrations, up and down, equal to the models."""
