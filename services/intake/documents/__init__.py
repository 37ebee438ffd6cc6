"""Documents: what a report's signed paper says of itself, and the signed file."""
