"""`tonghop verify` and `tonghop rebuild`: prove the rollups right, or make them anew."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer

from services.aggregator.upkeep.rebuild import rebuild as make_anew
from services.aggregator.upkeep.verify import verify as compare
from services.commands.database import owner_engine
from services.commands.faults import run_command
from shared.catalogue.catalogue import CatalogueReader
from shared.settings import load_settings

Result = TypeVar("Result")

Limit = Annotated[int, typer.Option(min=1, help="Hiện nhiều nhất bao nhiêu chỗ khác.")]


def verify(*, limit: Limit = 20) -> None:
    """Tính lại mọi số tổng hợp từ nhật ký rồi so sánh. Kết thúc với mã 1 nếu có chỗ khác."""
    found = _run(compare)
    for difference in found.differences[:limit]:
        typer.echo(str(difference), err=True)
    for sheaf in found.pending:
        typer.echo(f"Chưa so sánh {sheaf.form} {sheaf.period}: còn sự kiện đang chờ áp dụng.")
    typer.echo(f"Đã so sánh {found.compared} dòng, khác {len(found.differences)}.")
    if found.differences:
        raise typer.Exit(1)


def rebuild() -> None:
    """Tổng hợp lại toàn bộ từ nhật ký; người xem vẫn thấy số cũ cho đến khi xong."""
    made = _run(make_anew)
    typer.echo(f"Đã tổng hợp lại {made.sheaves} biểu theo kỳ, {made.rollups} dòng.")


def _run(work: Callable[..., Coroutine[Any, Any, Result]]) -> Result:
    """`work` on the database of the settings; what a person can mend is told in plain words."""

    async def on_database() -> Result:
        async with owner_engine(load_settings(), command="aggregator") as engine:
            return await work(engine, catalogue=await CatalogueReader(engine).current())

    return run_command(on_database())
