"""Bulk import: many reports judged together and stored by one statement, or none of them."""
