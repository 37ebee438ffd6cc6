"""Aggregates: what is signed off and sent upward, as it was."""
