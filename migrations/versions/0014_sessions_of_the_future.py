"""No session lives on that a clock which had jumped ahead has dated in the future.

Revision ID: 0014
Revises: 0013
"""

from pathlib import Path

from migrations.script import run_script

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
