"""Tests of the room `reactions`."""
