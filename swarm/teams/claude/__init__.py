"""Subagents of Claude Code, read."""
