"""What happens while a run is played, and what foretells it."""
