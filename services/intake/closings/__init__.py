"""Closing a period of a regime in a province, and opening it again."""
