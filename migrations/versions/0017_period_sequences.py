"""Which act on its period a duty knows of.

Revision ID: 0017
Revises: 0016
"""

from pathlib import Path

from migrations.script import run_script

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
