"""Who has sent and who has not: GET /api/v1/completeness and its page."""
