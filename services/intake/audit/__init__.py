"""The audit: who did what to accounts, rights and reports."""
