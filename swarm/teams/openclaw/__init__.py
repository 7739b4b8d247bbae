"""Workspaces of OpenClaw, read."""
