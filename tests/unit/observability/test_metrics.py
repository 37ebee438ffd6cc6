"""Metrics are counted where they promise to be, and what alarms watch begins at nought."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.consuming.handler import AggregatorHandler
from shared.catalogue.catalogue import CatalogueReader
from shared.db.engine import transaction
from shared.observability.metrics import ROLLUP_BATCH_SECONDS

PROJECT = Path(__file__).resolve().parents[3]
METRICS = PROJECT / "shared" / "observability" / "metrics.py"
DECLARED = [
    target.id
    for node in ast.parse(METRICS.read_text("utf-8")).body
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
    for target in node.targets
    if isinstance(target, ast.Name)
]
SHOW_AT_START = (
    "from prometheus_client import generate_latest;"
    "import shared.observability.metrics;"
    "print(generate_latest().decode())"
)


@pytest.mark.parametrize("name", DECLARED)
def test_every_metric_is_counted_somewhere(name: str) -> None:
    users = [
        file
        for folder in ("services", "shared")
        for file in (PROJECT / folder).rglob("*.py")
        if file != METRICS and re.search(rf"\b{name}\.", file.read_text("utf-8"))
    ]

    assert users


def test_what_an_alarm_sees_grow_is_there_before_it_grows() -> None:
    """A counter that first appears at 1 has not grown, as far as Prometheus knows."""
    shown = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SHOW_AT_START], capture_output=True, text=True, check=True
    ).stdout

    for consumer in ("aggregator", "notifier"):
        assert f'tonghop_dead_letters_total{{consumer="{consumer}"}} 0.0' in shown
    for outcome in ("sent", "refused", "unreachable", "unknown"):
        assert f'tonghop_mails_total{{outcome="{outcome}"}} 0.0' in shown


async def test_each_batch_of_the_aggregator_is_timed(engine: AsyncEngine) -> None:
    def timed() -> float:
        [metric] = ROLLUP_BATCH_SECONDS.collect()
        return next(each.value for each in metric.samples if each.name.endswith("_count"))

    before = timed()
    async with transaction(engine) as connection:
        await AggregatorHandler(CatalogueReader(engine)).handle(connection, [])

    assert timed() == before + 1
