"""Workbooks: a form as an Excel file to fill in, and files read back into drafts."""
