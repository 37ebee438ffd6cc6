"""What reports say besides figures: cells of words, lists and sections.

Revision ID: 0015
Revises: 0014
"""

from pathlib import Path

from migrations.script import run_script

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
