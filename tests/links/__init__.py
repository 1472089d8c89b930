"""Tests of links, their tokens and visits."""
