"""GET /api/v1/stream: tells a page that the figures it shows have moved on."""
