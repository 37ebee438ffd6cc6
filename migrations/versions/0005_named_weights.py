"""Of what the weight of a divided unit is a share.

Revision ID: 0005
Revises: 0004
"""

from pathlib import Path

from migrations.script import run_script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
