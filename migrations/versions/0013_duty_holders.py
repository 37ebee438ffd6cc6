"""Who was named to meet a duty of a unit that a reform dissolved.

Revision ID: 0013
Revises: 0012
"""

from pathlib import Path

from migrations.script import run_script

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
