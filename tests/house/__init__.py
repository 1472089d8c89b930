"""Tests of the house itself: its rules hold for every room and door, those to come included."""
