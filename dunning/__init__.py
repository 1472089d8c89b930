"""Policies, stages, runs and notices: who is reminded of what, when and why not."""
