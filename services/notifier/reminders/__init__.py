"""Decided reminders: the texts, and the ledger that shows every one of them."""
