"""The provincial overview."""
