"""Workflows of the Agent Framework, read."""
