"""Roleless: a lab for self-organizing agent teams.

Reading order: `turn` → `protocols/sequential` → `agent` → `run` → `events` → `history`.
Importing this package does nothing.
"""

__version__ = "0.1.0"
