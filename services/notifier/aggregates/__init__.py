"""Aggregates that are to be signed off: the notifier's copy of these duties."""
