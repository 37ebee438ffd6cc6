"""Urges in the ledger of reminders, and the view of them that the aggregator reads.

Revision ID: 0009
Revises: 0008
"""

from pathlib import Path

from migrations.script import run_script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql"))
