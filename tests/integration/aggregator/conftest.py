"""A consumer of the small province, and the oracle that judges it."""
