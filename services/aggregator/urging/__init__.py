"""Whom the reader of a list may urge, and who was urged already, and when."""
