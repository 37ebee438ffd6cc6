"""The identifiers of agencies that other systems know organizations by.

Revision ID: 0016
Revises: 0015
"""

from pathlib import Path

from migrations.script import run_script

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
