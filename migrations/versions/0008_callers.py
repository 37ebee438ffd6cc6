"""Whose a token is, as a view that a statement can be joined to.

Revision ID: 0008
Revises: 0007
"""

from pathlib import Path

from migrations.script import run_script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
