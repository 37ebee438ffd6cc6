"""The whole country over 01/07/2025: every new province is exactly what its old units reported.

10,035 communes report for the second quarter, into the log; the aggregator rolls them up by the
tree of then. What each province and commune of now must read is added up from the statistics
office's table by other means: its lines, and nothing of the catalogue's lineage.
"""

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from io import StringIO

import asyncpg
import pytest
import yaml
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.reading.geography import Geography
from services.aggregator.reading.live import LiveFigures
from services.aggregator.reading.questions import Question, Topic, ask
from services.aggregator.reading.redrawn import RedrawnFigures
from services.aggregator.tracks import Track
from services.aggregator.upkeep.rebuild import rebuild
from services.bench.stored import place_events, store_reports
from services.bench.world import FORM, PERIOD
from services.catalogue_events import announce_change
from services.demo.history import DEMO_START
from services.intake import service as intake_service
from services.intake.obligations.use_cases import keep_obligations
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.catalogue.conversions.descriptor import OFFICIAL
from shared.catalogue.conversions.loading import load_conversion
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.clock import FixedClock
from shared.db.engine import driver, snapshot, transaction
from shared.domain.geography import Composition, Exactness
from shared.domain.identifiers import OrganizationId
from shared.domain.organizations import OrganizationVersion
from shared.web.scope import Scope
from tests.factories.conversions import official, official_model

NOW = date(2025, 12, 1)
COMMUNES = 10_035
SENT = """
SELECT data ->> 'organization_code' AS code, (data #>> '{live,figures,LV01,4}')::int AS figure
FROM log.event WHERE type LIKE 'vn.tonghop.report.%'
"""


@dataclass(frozen=True)
class Country:
    """`sent` is what each old commune reported in one cell, by its code of then."""

    engine: AsyncEngine
    known: Catalogue
    sent: dict[str, int]


@dataclass(frozen=True)
class Line:
    """One line of the table as it stands there, its eight known errors corrected."""

    province: str
    new_code: str
    old_code: str
    note: str


@pytest.fixture(scope="module")
async def country(module_engine: AsyncEngine, module_database_url: str) -> Country:
    clock = FixedClock(DEMO_START)
    async with transaction(module_engine) as connection:
        packs = read_packs(shipped_packs("calendars/vietnam", "regimes/vpcp-kstt-ii06a"))
        await load_packs(connection, packs, clock=clock, announce=announce_change)
        await load_conversion(
            connection, official(), official_model(), clock=clock, announce=announce_change
        )
    catalogue = CatalogueReader(module_engine)
    intake = intake_service.build(
        engine=module_engine, catalogue=catalogue, clock=clock, hint=lambda: None
    )
    await keep_obligations(intake)
    await place_events(module_database_url)
    await store_reports(module_database_url, count=COMMUNES)
    known = await catalogue.current()
    await rebuild(module_engine, catalogue=known)
    connection = await asyncpg.connect(module_database_url)
    sent = {row["code"]: row["figure"] for row in await connection.fetch(SENT)}
    await connection.close()
    return Country(module_engine, known, sent)


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """By Python's csv alone; a line is known by the number that the corrections name."""
    raw = gzip.decompress(OFFICIAL.with_suffix(".csv.gz").read_bytes()).decode()
    corrections = yaml.safe_load(OFFICIAL.read_text(encoding="utf-8"))["corrections"]
    codes = {each["line"]: each["reads"] for each in corrections if each["column"] == "old_code"}
    reader, found, number = csv.reader(StringIO(raw, newline="")), [], 1
    for row in reader:
        old_code = codes.get(number, row[4].strip())
        number = reader.line_num + 1
        if old_code.isdecimal():
            province = row[0].strip()[-3:-1]
            found.append(Line(province, row[2].strip(), old_code, row[5].strip()))
    return found


async def read(
    country: Country, organizations: list[OrganizationVersion]
) -> dict[str, tuple[int | None, Composition]]:
    """The cell that was sent, at organizations of now, and what it was put together of."""
    question = _question(country, organizations[0])
    nodes = [question.topic.node(each.id) for each in organizations]
    cell = list(question.topic.shape.form.input_cells).index(("LV01", "4"))
    async with snapshot(country.engine) as connection:
        source = RedrawnFigures(
            LiveFigures(await driver(connection)), catalogue=country.known, day=NOW
        )
        rollups = await source.rollups(nodes, track=Track.LIVE)
    return {
        each.code: (rollup.totals[cell], rollup.made_of)
        for each, node in zip(organizations, nodes, strict=True)
        if (rollup := rollups.get(node)) is not None and rollup.made_of is not None
    }


def _question(country: Country, organization: OrganizationVersion) -> Question:
    return ask(
        country.known,
        period=PERIOD,
        organization=organization.code,
        form=FORM,
        scope=Scope(OrganizationId(0), frozenset([organization.id])),
        geography=Geography("as_now", NOW),
    )


def at_level(country: Country, level: str) -> list[OrganizationVersion]:
    organizations = country.known.tree(NOW).organizations.values()
    return [each for each in organizations if each.level == level]


async def test_all_34_provinces_read_exactly_what_their_old_units_reported(
    country: Country, lines: list[Line]
) -> None:
    provinces_of = defaultdict(set)
    for line in lines:
        provinces_of[line.old_code].add(line.province)
    wanted: dict[str, int] = defaultdict(int)
    for code, figure in country.sent.items():
        (province,) = provinces_of[code]
        wanted[province] += figure

    found = await read(country, at_level(country, "province"))

    assert len(country.sent) == COMMUNES
    assert {code: total for code, (total, _) in found.items()} == wanted
    assert len(found) == 34
    assert {made_of.exactness for _, made_of in found.values()} == {Exactness.EXACT}
    assert sum(len(made_of.units) for _, made_of in found.values()) == COMMUNES


async def test_new_communes_are_exact_unless_one_of_theirs_was_divided(
    country: Country, lines: list[Line]
) -> None:
    targets = defaultdict(list)
    sources = defaultdict(list)
    for line in lines:
        targets[line.old_code].append(line)
        sources[line.new_code].append(line)
    divided = {code for code, each in targets.items() if len(each) > 1}
    told = {code for code in divided if any("dân số" in e.note for e in targets[code])}

    found = await read(country, at_level(country, "commune"))

    touched = 0
    for code, (total, made_of) in found.items():
        parts = {line.old_code for line in sources[code]}
        if parts & divided:
            touched += 1
            assert made_of.exactness is not Exactness.EXACT or parts & told, code
        else:
            assert made_of.exactness is Exactness.EXACT, code
            assert total == sum(country.sent[each] for each in parts), code
    assert len(found) == 3321 - 5  # special zones that were districts have no commune to report
    assert touched == 412


async def test_a_refused_figure_is_not_a_sum_and_an_estimate_keeps_between_its_bounds(
    country: Country, lines: list[Line]
) -> None:
    found = await read(country, at_level(country, "commune"))

    codes = {each.id: each.code for each in country.known.organizations}
    refused = [total for total, made_of in found.values() if made_of.divided]
    assert refused
    assert set(refused) == {None}
    estimates = [each for each in found.values() if each[1].exactness is Exactness.ESTIMATED]
    for total, made_of in estimates:
        whole = sum(country.sent[codes[each]] for each in made_of.whole)
        parts = sum(country.sent[codes[each.unit_id]] for each in made_of.estimated)
        assert total is not None
        assert whole <= total <= whole + parts


async def test_the_old_tree_still_reads_as_it_reported(country: Country) -> None:
    tree = country.known.tree(date(2025, 6, 14))
    topic: Topic = _question(country, at_level(country, "province")[0]).topic
    provinces = [each for each in tree.organizations.values() if each.level == "province"]
    async with snapshot(country.engine) as connection:
        source = LiveFigures(await driver(connection))
        nodes = [topic.node(each.id) for each in provinces]
        rollups = await source.rollups(nodes, track=Track.LIVE)
    cell = list(topic.shape.form.input_cells).index(("LV01", "4"))
    assert len(rollups) == 63
    assert sum(each.totals[cell] for each in rollups.values()) == sum(country.sent.values())
