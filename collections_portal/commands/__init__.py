"""The commands of `portal`, one module for each noun."""
