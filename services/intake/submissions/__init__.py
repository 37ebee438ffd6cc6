"""Submissions: a report's version, its act and its event, in one statement."""
