"""What the services have in common: the domain, formulas, events, messaging, database and web."""
