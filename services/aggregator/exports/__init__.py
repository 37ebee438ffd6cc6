"""Figures and indicators to take away: CSV and JSON, streamed, exact."""
