"""The demonstration's own mail server and the page that shows what it received."""
