"""Printing: reports and aggregates as official documents (.pdf, .docx) and as workbooks."""
