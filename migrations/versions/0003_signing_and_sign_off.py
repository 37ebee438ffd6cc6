"""Awaiting signature, a report's administrative identity, proxy entry, signed-off aggregates.

Revision ID: 0003
Revises: 0002
"""

from pathlib import Path

from migrations.script import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
