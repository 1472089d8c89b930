"""Tests of the story that `portal demo --story` tells."""
