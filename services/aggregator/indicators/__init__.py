"""GET /api/v1/indicators: named figures, with the previous period, coverage and parts."""
