"""`tonghop verify` and `tonghop rebuild`: prove the rollups right, or make them anew."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer

from services.aggregator.upkeep.rebuild import rebuild as make_anew
from services.aggregator.upkeep.verify import verify as compare
from services.owner_database import owner_engine
from shared.catalogue.catalogue import CatalogueReader
from shared.db.errors import DatabaseError
from shared.settings import InvalidSettings, load_settings

Result = TypeVar("Result")

app = typer.Typer(help="Số liệu tổng hợp: đối chiếu với nhật ký, hoặc tổng hợp lại từ đầu.")

Limit = Annotated[int, typer.Option(min=1, help="Hiện nhiều nhất bao nhiêu chỗ khác.")]


@app.command()
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


@app.command()
def rebuild() -> None:
    """Tổng hợp lại toàn bộ từ nhật ký; người xem vẫn thấy số cũ cho đến khi xong."""
    made = _run(make_anew)
    typer.echo(f"Đã tổng hợp lại {made.sheaves} biểu theo kỳ, {made.rollups} dòng.")


def _run(work: Callable[..., Coroutine[Any, Any, Result]]) -> Result:
    """`work` on the database of the settings; what a person can mend is told in plain words."""

    async def on_database() -> Result:
        async with owner_engine(load_settings(), command="aggregator") as engine:
            return await work(engine, catalogue=await CatalogueReader(engine).current())

    try:
        return asyncio.run(on_database())
    except (DatabaseError, InvalidSettings) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
