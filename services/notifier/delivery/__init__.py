"""Hands decided reminders over to the mail server, and keeps what became of each."""
