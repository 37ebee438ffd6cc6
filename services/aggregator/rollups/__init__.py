"""Every cell of a form at a node: GET /api/v1/rollups, the page of cells and its download."""
