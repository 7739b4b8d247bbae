"""The events of a run while it is played, and the means to foretell them."""
