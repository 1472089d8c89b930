"""Tests of the command `portal`."""
