"""Python of others, followed as far as its literals go: never run, never imported."""
