"""Numbers that name something, at the edge."""

LARGEST_ID = 2**63 - 1
"""Ids and positions are bigint: a larger number names nothing, and PostgreSQL would not take it."""
