"""Reading the catalogue, and loading packs into it."""
