"""`tonghop catalogue`: check packs, load them, show what is in force, compare before loading."""

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from services.commands.catalogue_changes import announce_and_audit
from services.commands.database import owner_engine
from services.commands.faults import faults_told, run_command
from services.commands.pack_names import PackNames, read_named
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.checking import require_sound
from shared.catalogue.editor_schema import editor_schema
from shared.catalogue.packs import Pack, content_of_packs
from shared.catalogue.planning import Change, LoadPlan, Verb, plan_load
from shared.catalogue.regimes import Regime
from shared.catalogue.repository import read_stored
from shared.catalogue.schemas import DocumentModel
from shared.catalogue.store import load_packs, summary_of
from shared.catalogue.stored import StoredEdge, StoredLink, StoredOrganization
from shared.clock import SystemClock
from shared.db.engine import snapshot, transaction
from shared.settings import load_settings

LEVEL_NAMES = {
    "province": "cấp tỉnh",
    "district": "cấp huyện",
    "commune": "cấp xã",
    "department": "sở, ngành",
}
VERB_SIGNS = {Verb.ADDED: "+", Verb.CHANGED: "~", Verb.RETRACTED: "-"}

Result = TypeVar("Result")

app = typer.Typer(help="Danh mục: đơn vị, chế độ báo cáo, biểu mẫu, chỉ tiêu, lịch làm việc.")

Day = Annotated[str | None, typer.Option("--on", help="Ngày, dạng 2025-06-14. Bỏ trống: hôm nay.")]


@app.command()
def check(packs: PackNames = None) -> None:
    """Kiểm tra các gói cùng nhau, không cần cơ sở dữ liệu."""
    with faults_told():
        read = read_named(packs)
        require_sound(content_of_packs(read))
        for pack in read:
            typer.echo(f"{pack.manifest.name}: {pack.manifest.title}")
        typer.echo(f"{len(read)} gói hợp lệ.")


@app.command()
def load(packs: PackNames = None) -> None:
    """Nạp các gói vào cơ sở dữ liệu: nạp hết, hoặc không nạp gì."""
    with faults_told():
        number = _with_engine(lambda engine: _load(engine, read_named(packs)))
        typer.echo(f"Danh mục đang ở thay đổi số {number}.")


@app.command()
def diff(packs: PackNames = None) -> None:
    """Cho biết nạp các gói sẽ thay đổi gì, mà không nạp."""
    with faults_told():
        plan = _with_engine(lambda engine: _plan(engine, read_named(packs)))
        for line in _plan_lines(plan):
            typer.echo(line)


@app.command()
def show(on: Day = None) -> None:
    """Cho biết danh mục có hiệu lực vào một ngày."""
    with faults_told():
        day = _day(on)
        catalogue = _with_engine(_catalogue)
        for line in _catalogue_lines(catalogue, on=day):
            typer.echo(line)


@app.command()
def schema() -> None:
    """In JSON Schema của các tệp trong gói, để trình soạn thảo gợi ý và báo lỗi khi viết."""
    typer.echo(json.dumps(editor_schema(), ensure_ascii=False, indent=2))


def _day(text: str | None) -> date:
    if text is None:
        return SystemClock().today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” không phải ngày dạng 2025-06-14") from None


def _with_engine(work: Callable[[AsyncEngine], Coroutine[Any, Any, Result]]) -> Result:
    async def on_database() -> Result:
        async with owner_engine(load_settings(), command="catalogue") as engine:
            return await work(engine)

    return run_command(on_database())


async def _load(engine: AsyncEngine, packs: Sequence[Pack]) -> int:
    async with transaction(engine) as connection:
        return await load_packs(connection, packs, clock=SystemClock(), announce=announce_and_audit)


async def _plan(engine: AsyncEngine, packs: Sequence[Pack]) -> LoadPlan:
    async with snapshot(engine) as connection:
        return plan_load(await read_stored(connection), packs)


async def _catalogue(engine: AsyncEngine) -> Catalogue:
    async with snapshot(engine) as connection:
        return Catalogue.of(await read_stored(connection))


def _plan_lines(plan: LoadPlan) -> Iterator[str]:
    for organization in plan.organizations:
        yield f"{VERB_SIGNS[organization.verb]} {_organization_line(organization)}"
    for link in plan.links:
        yield f"{VERB_SIGNS[link.verb]} {_link_line(link)}"
    for edge in plan.lineage:
        yield f"{VERB_SIGNS[edge.verb]} {_edge_line(edge)}"
    for document in plan.documents:
        yield f"{VERB_SIGNS[document.verb]} {_document_line(document)}"
    yield summary_of(plan)


def _organization_line(change: Change[StoredOrganization]) -> str:
    version = change.value.version
    return f"đơn vị {version.code} {version.name} ({_span(version.valid_from, version.valid_to)})"


def _link_line(change: Change[StoredLink]) -> str:
    link = change.value.link
    return (
        f"tuyến {change.value.regime}: {link.reporter_id} → {link.receiver_id} "
        f"({_span(link.valid_from, link.valid_to)})"
    )


def _edge_line(change: Change[StoredEdge]) -> str:
    edge = change.value.edge
    return (
        f"kế thừa {edge.source_id} → {edge.target_id}: {edge.kind} "
        f"(từ {edge.effective_on:%d/%m/%Y})"
    )


def _document_line(change: Change[DocumentModel]) -> str:
    model = change.value
    return f"tài liệu {model.code} ({_span(model.valid_from, model.valid_to)})"


def _span(valid_from: date, valid_to: date | None) -> str:
    end = f" đến trước {valid_to:%d/%m/%Y}" if valid_to else ""
    return f"từ {valid_from:%d/%m/%Y}{end}"


def _catalogue_lines(catalogue: Catalogue, *, on: date) -> Iterator[str]:
    yield f"Danh mục ở thay đổi số {catalogue.number}, có hiệu lực ngày {on:%d/%m/%Y}"
    levels = Counter(each.level for each in catalogue.tree(on).organizations.values())
    for level, count in levels.items():
        yield f"  {count} đơn vị {LEVEL_NAMES.get(level, level)}"
    for regime in catalogue.regimes_in_force(on):
        yield f"  chế độ {regime.code}: {regime.name}"
        yield from _form_lines(catalogue, regime=regime, on=on)
        yield from _deadline_lines(catalogue, regime=regime, on=on)
    if on.year in catalogue.calendar.estimated_years:
        yield f"  lịch làm việc năm {on.year} là ước tính, chưa có thông báo"


def _form_lines(catalogue: Catalogue, *, regime: Regime, on: date) -> Iterator[str]:
    for code in regime.forms:
        form = catalogue.form(code, on=on)
        indicators = ", ".join(each.code for each in catalogue.indicators_of(code, on=on))
        yield f"    biểu {code} phiên bản {form.version}: {len(form.input_cells)} ô nhập"
        yield f"      chỉ tiêu: {indicators or 'không có'}"


def _deadline_lines(catalogue: Catalogue, *, regime: Regime, on: date) -> Iterator[str]:
    """The period whose window holds the day."""
    for period in regime.periods.between(on, on):
        yield f"    kỳ {period.code}, chốt số liệu {period.cutoff_date:%d/%m/%Y}"
        for level, deadline in catalogue.deadlines(regime, period).items():
            yield f"      thời hạn {LEVEL_NAMES.get(level, level)}: {deadline.date:%d/%m/%Y}"
