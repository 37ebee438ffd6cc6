"""Reports: their versions, acts, events and receipts."""
