"""`tonghop dead-letters` and `tonghop events`: what was set aside, and what the log holds."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from services.commands.database import owner_engine
from services.commands.faults import run_command
from services.commands.operators import operator_name
from shared.clock import SystemClock
from shared.db.engine import snapshot, transaction
from shared.domain.time import in_vietnam
from shared.events.envelope import to_json
from shared.messaging.dead_letters import DeadLetter, DeadLetters
from shared.messaging.factory import open_event_log
from shared.messaging.offsets import ConsumerSchema
from shared.settings import Settings, load_settings

Result = TypeVar("Result")

dead_letters = typer.Typer(help="Sự kiện bị gác lại vì bộ tiêu thụ không áp dụng được.")
events = typer.Typer(help="Nhật ký sự kiện đang dùng (PostgreSQL hoặc Kafka).")


Service = Annotated[ConsumerSchema, typer.Option("--service", help="Dịch vụ đã gác sự kiện lại.")]
Number = Annotated[int, typer.Argument(help="Số của sự kiện bị gác lại, xem bằng lệnh list.")]


@dead_letters.command("list")
def list_letters(
    *,
    service: Service = ConsumerSchema.AGGREGATOR,
    settled: Annotated[bool, typer.Option("--all", help="Kể cả những cái đã xử lý.")] = False,
    count: Annotated[int, typer.Option(min=1, help="Nhiều nhất bao nhiêu.")] = 50,
) -> None:
    """Liệt kê các sự kiện bị gác lại, mới nhất trước."""

    async def read(engine: AsyncEngine, _: Settings) -> Sequence[DeadLetter]:
        async with snapshot(engine) as connection:
            letters = DeadLetters(service)
            return await letters.list_letters(connection, resolved=settled, limit=count)

    found = _run(read)
    for letter in found:
        typer.echo(_line(letter))
    if not found:
        typer.echo("Không có sự kiện nào bị gác lại.")


@dead_letters.command()
def show(number: Number, *, service: Service = ConsumerSchema.AGGREGATOR) -> None:
    """Cho xem một sự kiện bị gác lại: ở đâu, vì sao, và toàn bộ nội dung."""

    async def read(engine: AsyncEngine, _: Settings) -> DeadLetter:
        async with snapshot(engine) as connection:
            return await DeadLetters(service).find(connection, number)

    for line in _details(_run(read)):
        typer.echo(line)


@dead_letters.command()
def retry(number: Number, *, service: Service = ConsumerSchema.AGGREGATOR) -> None:
    """Yêu cầu dịch vụ đang chạy áp dụng lại sự kiện; được ghi vào nhật ký kiểm tra."""

    async def ask(engine: AsyncEngine, _: Settings) -> None:
        async with transaction(engine) as connection:
            await DeadLetters(service).request_retry(
                connection, number, operator=operator_name(), clock=SystemClock()
            )

    _run(ask)
    typer.echo(f"Đã yêu cầu thử lại số {number}. Dịch vụ {service} đang chạy sẽ làm ngay.")


@dead_letters.command()
def resolve(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Vì sao không cần áp dụng.")],
    service: Service = ConsumerSchema.AGGREGATOR,
) -> None:
    """Đóng lại mà không áp dụng, có lý do; được ghi vào nhật ký kiểm tra."""

    async def settle(engine: AsyncEngine, _: Settings) -> None:
        async with transaction(engine) as connection:
            await DeadLetters(service).resolve_by_hand(
                connection,
                number,
                reason=reason,
                operator=operator_name(),
                clock=SystemClock(),
            )

    _run(settle)
    typer.echo(f"Đã đóng số {number}.")


@events.callback()
def _() -> None:
    """With one command only, typer would take its name away."""


@events.command()
def tail(
    *, count: Annotated[int, typer.Option(min=1, max=100_000, help="Bao nhiêu.")] = 20
) -> None:
    """In các sự kiện cuối của nhật ký, mỗi dòng một sự kiện dạng CloudEvents JSON."""

    async def read(engine: AsyncEngine, settings: Settings) -> list[str]:
        log = await open_event_log(settings, engine)
        try:
            return [to_json(event, source=log.source) for event in await log.tail(count)]
        finally:
            await log.close()

    for line in _run(read):
        typer.echo(line)


def _run(work: Callable[[AsyncEngine, Settings], Coroutine[Any, Any, Result]]) -> Result:
    async def on_database() -> Result:
        settings = load_settings()
        async with owner_engine(settings, command="log") as engine:
            return await work(engine, settings)

    return run_command(on_database())


def _line(letter: DeadLetter) -> str:
    parked = f"{in_vietnam(letter.parked_at):%d/%m/%Y %H:%M}"
    about = letter.subject or f"phân vùng {letter.partition}, vị trí {letter.offset}"
    return f"{letter.id}  {parked}  {about}  {letter.code}  {_standing(letter)}"


def _details(letter: DeadLetter) -> Iterator[str]:
    yield _line(letter)
    yield f"nhật ký: {letter.log_id}, phân vùng {letter.partition}, offset {letter.offset}"
    yield f"sự kiện: {letter.event_id or 'không đọc được'} {letter.type or ''}".rstrip()
    yield f"lý do: {letter.reason}"
    yield letter.data


def _standing(letter: DeadLetter) -> str:
    if letter.resolved_at is not None:
        return f"đã xử lý: {letter.resolution}"
    return "chờ thử lại" if letter.retry_requested_at is not None else "đang gác lại"
