"""Releases: frozen figures of a period, with their hash.

Revision ID: 0011
Revises: 0010
"""

from pathlib import Path

from migrations.script import run_script

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
