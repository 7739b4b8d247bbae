"""Groups of runs set against each other: what differs, how sure that is, and what it says in words."""
