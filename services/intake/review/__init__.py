"""Review: the receiver's queue and decisions."""
