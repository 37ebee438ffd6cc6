"""Everything that was done with a report: from the duty's opening to the last correction."""
