"""Proving the rollups right, and making them anew from the log."""
