"""The forms of the settings, a module for each noun."""
