"""The audit names who acted, is searched with the acts on reports, and is written once; restores
are remembered.

Revision ID: 0002
Revises: 0001
"""

from pathlib import Path

from migrations.script import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
