"""PostgreSQL: engine, migrations, and the embedded server."""
