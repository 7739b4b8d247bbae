"""A run as seats and links: who heard whom, who stood where."""
