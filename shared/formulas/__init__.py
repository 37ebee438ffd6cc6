"""Formulas as text, as JSON and in the browser: one tree, one meaning."""
