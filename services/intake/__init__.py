"""Intake: obligations, entry, submission and review of reports. Writes the log."""
