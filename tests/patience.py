"""How long tests wait for what must happen. No test takes so long unless it never does, on however busy a machine."""

PATIENCE_S = 240.0
"""For a process, a server, a page or a condition."""
PATIENCE_MS = 1_000 * PATIENCE_S
"""The same for a browser."""
