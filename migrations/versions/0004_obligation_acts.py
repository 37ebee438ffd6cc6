"""What people do with obligations: extension, exclusion, and its undoing.

Revision ID: 0004
Revises: 0003
"""

from pathlib import Path

from migrations.script import run_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
