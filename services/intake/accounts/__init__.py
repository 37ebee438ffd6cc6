"""Accounts of people and services: signing in, passwords, API tokens, and the record of both."""
