"""The first schema.

Revision ID: 0001
Revises:
"""

from pathlib import Path

from migrations.script import run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
