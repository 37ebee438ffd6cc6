"""Releases (bản chốt số liệu): a period's approved figures, frozen, numbered and hashed."""
