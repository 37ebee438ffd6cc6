"""Duties: what receivers do with obligations, and the history of each."""
