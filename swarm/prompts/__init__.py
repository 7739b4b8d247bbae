"""Prompts: texts as files, and the one module that puts them together."""
