"""Is the database what the services need?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.doctor.findings import Finding, error, good, warning
from services.parts import ServiceName
from shared.db.migrations import newest_revision
from shared.domain.time import in_vietnam

SKEW_WARNED = timedelta(seconds=2)
SKEW_REFUSED = timedelta(seconds=30)
DURABLE_SETTINGS = ("synchronous_commit", "fsync", "full_page_writes")


async def check_database(connection: AsyncConnection) -> list[Finding]:
    """Findings about schema, roles and durability; the caller has reached the database."""
    version = await connection.scalar(text("SELECT current_setting('server_version')"))
    return [
        good("database", f"PostgreSQL {version} trả lời"),
        await _revision(connection),
        await _durability(connection),
        await _roles(connection),
        await _audit(connection),
    ]


async def check_clock(connection: AsyncConnection) -> list[Finding]:
    """This machine's clock beside the database's, and both beside what the log has recorded."""
    before = datetime.now(UTC)
    there = await connection.scalar(text("SELECT clock_timestamp()"))
    after = datetime.now(UTC)
    skew = _skew(before, there, after) if there else timedelta()
    return [_skew_finding(skew), *await _recorded_ahead(connection, now=after)]


def _skew(before: datetime, there: datetime, after: datetime) -> timedelta:
    """How far `there` certainly is from the span in which it was asked for."""
    return max(before - there, there - after, timedelta())


def _skew_finding(skew: timedelta) -> Finding:
    told = f"đồng hồ của máy này và của cơ sở dữ liệu lệch {skew.total_seconds():.1f} giây"
    remedy = "Đồng bộ cả hai máy bằng NTP (timedatectl); đúng hạn hay muộn được xét theo đồng hồ."
    if skew > SKEW_REFUSED:
        return error("clock", told, remedy=remedy)
    if skew > SKEW_WARNED:
        return warning("clock", told, remedy=remedy)
    return good("clock", told)


async def _recorded_ahead(connection: AsyncConnection, *, now: datetime) -> list[Finding]:
    """A clock that jumped ahead leaves records of the future when it is put right."""
    demo = await connection.scalar(text("SELECT EXISTS (SELECT FROM intake.demo_clock)"))
    last: datetime | None = await connection.scalar(text("SELECT max(recorded_at) FROM log.event"))
    if demo or last is None or last <= now + SKEW_WARNED:
        return []
    return [
        warning(
            "clock_jumped",
            f"sự kiện cuối được ghi lúc {in_vietnam(last):%H:%M:%S %d/%m/%Y}, sau giờ hiện tại",
            remedy="Đồng hồ đã chạy vượt rồi lùi lại. Sự kiện mới mang đúng thời điểm đó cho đến "
            "khi đồng hồ đuổi kịp; kiểm tra NTP và các báo cáo gửi trong khoảng này.",
        )
    ]


async def _revision(connection: AsyncConnection) -> Finding:
    wanted = newest_revision()
    found = None
    if await connection.scalar(text("SELECT to_regclass('public.alembic_version')")):
        found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found == wanted:
        return good("schema", f"lược đồ {found}")
    return error(
        "schema",
        f"lược đồ {found or 'chưa có'}, chương trình cần {wanted}",
        remedy="Chạy tonghop migrate; nếu lược đồ mới hơn, cài đúng phiên bản chương trình.",
    )


async def _durability(connection: AsyncConnection) -> Finding:
    off = []
    for name in DURABLE_SETTINGS:
        value = await connection.scalar(text("SELECT current_setting(:name)"), {"name": name})
        if value in {"off", "local"}:
            off.append(f"{name}={value}")
    if not off:
        return good("durability", f"{', '.join(DURABLE_SETTINGS)} đều bật")
    return error(
        "durability",
        ", ".join(off),
        remedy="Bật lại trong postgresql.conf: với thiết đặt này, báo cáo đã có biên nhận có thể "
        "mất khi máy hỏng.",
    )


async def _roles(connection: AsyncConnection) -> Finding:
    lacking = [name for name in _role_names() if not await _may_become(connection, name)]
    if not lacking:
        return good("roles", "đủ vai trò của ba dịch vụ")
    return error(
        "roles",
        f"không dùng được vai trò {', '.join(lacking)}",
        remedy="Chạy tonghop migrate bằng chủ cơ sở dữ liệu, hoặc GRANT các vai trò này cho "
        "tài khoản trong TONGHOP_DATABASE_URL.",
    )


def _role_names() -> Iterator[str]:
    return (f"tonghop_{name}" for name in ServiceName)


async def _may_become(connection: AsyncConnection, role: str) -> bool:
    statement = text("""
        SELECT coalesce((SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = :role),
                        false)
    """)
    return bool(await connection.scalar(statement, {"role": role}))


async def _audit(connection: AsyncConnection) -> Finding:
    statement = text("""
        SELECT to_regclass('identity.audit') IS NOT NULL AND EXISTS (
            SELECT FROM pg_trigger
            WHERE tgrelid = to_regclass('identity.audit') AND tgname = 'audit_is_written_once'
              AND tgenabled <> 'D')
    """)
    if await connection.scalar(statement):
        return good("audit", "nhật ký kiểm tra chỉ được ghi thêm")
    return error(
        "audit",
        "nhật ký kiểm tra có thể bị sửa",
        remedy="Chạy tonghop migrate; nếu trigger audit_is_written_once đã bị tắt, bật lại và tìm "
        "hiểu ai đã tắt.",
    )
