"""Mails that lead to a new password."""
