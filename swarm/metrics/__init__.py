"""Metrics: pure functions of the transcript of one run. Each says its definition, range and source."""
