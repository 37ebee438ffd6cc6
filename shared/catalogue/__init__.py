"""Reference data: packs, the append-only catalogue in the database, and the view services read."""
