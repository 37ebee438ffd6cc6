"""Uploaded workbooks, kept for a day.

Revision ID: 0006
Revises: 0005
"""

from pathlib import Path

from migrations.script import run_script

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
