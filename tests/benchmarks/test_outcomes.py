"""What a measurement shows: figures, bars, and whether they are met."""

import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from services.bench.outcomes import Bar, Figure, Outcome, percentile, table_of
from services.bench.reports import CELLS, Sending, figures_of
from services.commands.bench import app
from services.demo.seeding import FORM
from shared.catalogue.form_building import build_form
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.schemas import FormFile
from shared.domain.sheets import validate

OUTCOME = Outcome(
    benchmark="submit",
    conditions="on paper",
    figures=(Figure("tonghop", 1234.56, "reports/s"),),
    bars=(Bar("ratio", 0.61, least=0.6), Bar("seconds", 1.2, most=1.0)),
)


def test_a_table_tells_each_bar_and_whether_it_is_met() -> None:
    console = Console(width=100, record=True, file=None, quiet=True)
    with console.capture() as captured:
        console.quiet = False
        console.print(table_of(OUTCOME))
    shown = captured.get()
    assert "1,235" in shown
    assert "≥ 0.6: met" in shown
    assert "≤ 1: not met" in shown


def test_json_tells_the_same() -> None:
    document = json.loads(json.dumps(OUTCOME.as_json()))
    assert document["figures"]["tonghop"] == {"value": 1234.56, "unit": "reports/s"}
    assert [bar["met"] for bar in document["bars"]] == [True, False]


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(50, 5), (99, 10), (100, 10), (1, 1)],
    ids=["median", "p99", "longest", "first"],
)
def test_a_percentile_is_one_of_the_values(percent: float, expected: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], percent) == expected


@pytest.mark.parametrize("number", [0, 1, 996, 54_321])
def test_the_report_that_is_sent_has_40_cells_and_no_fault(number: int) -> None:
    packs = read_packs(shipped_packs("regimes/vpcp-kstt-ii06a"))
    file = next(
        item.model
        for pack in packs
        for item in pack.documents
        if isinstance(item.model, FormFile) and item.model.code == FORM
    )
    figures = figures_of(number)
    assert sum(len(cells) for cells in figures.values()) == CELLS
    assert validate(build_form(file), figures).faults == ()


def test_a_sender_keeps_its_lane(caller_factory) -> None:
    sending = Sending([caller_factory(code) for code in ("1", "2", "3")], connections=2)
    lanes = sending.lanes(6)
    assert [len(lane) for lane in lanes] == [4, 2]
    assert all(b'"organization": "2"' in request for request in lanes[1])
    assert sending.last == {"1": 4, "2": 5, "3": 6}


def test_the_command_prints_json_and_leaves_nothing_behind(tmp_path) -> None:
    arguments = ["submit", "--rounds", "1", "--reports", "20", "--connections", "2", "--json"]
    found = CliRunner().invoke(app, [*arguments, "--data", str(tmp_path)])
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    assert document["benchmark"] == "submit"
    assert document["bars"][0]["least"] == 0.6
    assert not any(tmp_path.iterdir())
