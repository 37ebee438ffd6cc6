"""Runs a file of SQL as one migration."""

from pathlib import Path

from alembic import op


def run_script(path: Path) -> None:
    """Sends the whole file in the current transaction; asyncpg's simple protocol takes many
    statements at once, which SQLAlchemy's prepared ones do not.
    """
    statements = path.read_text(encoding="utf-8")
    connection = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda driver: driver.execute(statements))
