"""A run, and what differs between two, in plain words."""
