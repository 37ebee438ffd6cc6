"""Mails about aggregates that are to be signed off, and about new passwords.

Revision ID: 0012
Revises: 0011
"""

from pathlib import Path

from migrations.script import run_script

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
