"""Tests of files in."""
