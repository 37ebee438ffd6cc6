"""Closing a period of a regime in a province, and opening it again.

Revision ID: 0007
Revises: 0006
"""

from pathlib import Path

from migrations.script import run_script

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
