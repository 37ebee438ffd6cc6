"""Obligations: who owes what, opened, followed and fixed at the cut-off."""
