"""Indicators put together over periods: quarters and years of months, and the year so far."""
