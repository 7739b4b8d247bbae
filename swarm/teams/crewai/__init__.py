"""Crews of CrewAI, read and written."""
