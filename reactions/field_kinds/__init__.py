"""Kinds of questions: each parses what a form brings, stores it as JSON and shows it. Pure rules."""
