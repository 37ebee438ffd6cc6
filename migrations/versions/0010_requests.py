"""Reports that somebody asks for once: thematic and ad hoc requests.

Revision ID: 0010
Revises: 0009
"""

from pathlib import Path

from migrations.script import run_script

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
