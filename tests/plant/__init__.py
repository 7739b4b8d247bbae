"""Bugs that are planted on purpose, one at a time, to see which tests notice: `python -m tests.plant`."""
