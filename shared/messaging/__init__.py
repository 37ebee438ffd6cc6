"""How events travel: the log (Kafka or PostgreSQL), the relay into it, and consuming from it."""
