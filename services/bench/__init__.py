"""Measurements that a newcomer can repeat: ratios taken in one run, printed, never tested."""
