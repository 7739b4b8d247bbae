"""A team put to the test: your roles, no roles, one agent; what it shows, in words and as a report."""
