"""Urging: a person at the receiving side has a unit that still owes a report written to."""
