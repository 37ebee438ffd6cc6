"""Does what was taken in travel on, and is it still what it was?"""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.doctor.findings import Finding, error, good, warning
from services.intake.reports.integrity import SELECT_VERSIONS, content_hash_of
from shared.messaging.offsets import ConsumerSchema

SAMPLE = 1_000


async def check_relay(connection: AsyncConnection) -> Finding:
    """Events that were stored and not yet published."""
    statement = text("""
        SELECT count(*) AS waiting, min(id) AS first FROM log.event
        WHERE position IS NULL OR published_at IS NULL
    """)
    row = (await connection.execute(statement)).one()
    if not row.waiting:
        return good("relay", "mọi sự kiện đã được phát")
    return warning(
        "relay",
        f"{row.waiting} sự kiện chưa được phát",
        remedy="Bình thường khi intake đang dừng hoặc đang bận. Nếu số này không giảm: xem intake "
        "có chạy không (relay_leads trong nhật ký) và Kafka có nhận không.",
    )


async def check_consumers(connection: AsyncConnection) -> list[Finding]:
    """How far the aggregator and the notifier have applied the log, and what they set aside."""
    findings = []
    for schema in ConsumerSchema:
        findings.append(await _lag(connection, schema))
        findings.append(await _letters(connection, schema))
    return findings


async def _lag(connection: AsyncConnection, schema: ConsumerSchema) -> Finding:
    statement = text(f"""
        WITH applied AS (
            SELECT coalesce(max(position), 0) AS position FROM {schema}.consumer_offset
            WHERE log_id LIKE (SELECT '%' || log_id || ':' || generation FROM log.identity)
        )
        SELECT count(*) FROM log.event, applied WHERE event.position > applied.position
    """)
    behind = int(await connection.scalar(statement) or 0)
    if not behind:
        return good(f"{schema}_lag", f"{schema} đã đọc hết nhật ký")
    return warning(
        f"{schema}_lag",
        f"{schema} còn {behind} sự kiện chưa áp dụng",
        remedy=f"Chờ nếu dịch vụ vừa khởi động; nếu số này không giảm, xem nhật ký của {schema} "
        "(consumer_waits, service_failed).",
    )


async def _letters(connection: AsyncConnection, schema: ConsumerSchema) -> Finding:
    statement = text(f"SELECT count(*) FROM {schema}.dead_letter WHERE resolved_at IS NULL")
    count = int(await connection.scalar(statement) or 0)
    if not count:
        return good(f"{schema}_dead_letters", f"{schema} không gác lại sự kiện nào")
    return error(
        f"{schema}_dead_letters",
        f"{schema} đã gác lại {count} sự kiện",
        remedy=f"tonghop dead-letters list --service {schema}, rồi show; khi đã sửa nguyên nhân: "
        "retry, hoặc resolve kèm lý do.",
    )


async def check_obligations(connection: AsyncConnection, *, today: date) -> Finding:
    """The keeper fixes each obligation at its cut-off; one that is late means that it stands."""
    statement = text("""
        SELECT count(*) FILTER (WHERE state = 'provisional' AND cutoff_date < :today) AS late,
               count(*) AS all_of_them
        FROM log.obligation
    """)
    row = (await connection.execute(statement, {"today": today})).one()
    if row.late:
        return error(
            "obligations",
            f"{row.late} nghĩa vụ báo cáo đã qua ngày chốt số liệu mà chưa được chốt",
            remedy="Khởi động intake: nó chốt nghĩa vụ. Nếu đang chạy, tìm obligations_not_kept "
            "trong nhật ký của nó.",
        )
    if not row.all_of_them:
        return warning(
            "obligations",
            "chưa có nghĩa vụ báo cáo nào",
            remedy="Nạp danh mục có đơn vị và chế độ báo cáo đang hiệu lực, rồi khởi động intake.",
        )
    return good("obligations", f"{row.all_of_them} nghĩa vụ báo cáo được theo dõi")


async def check_contents(connection: AsyncConnection, *, everything: bool) -> Finding:
    """Whether stored reports still have the hash of what was received (QCVN 12:2026/BCA)."""
    limit = None if everything else SAMPLE
    order = "v.report_id, v.version" if everything else "random()"
    statement = text(f"{SELECT_VERSIONS} ORDER BY {order} LIMIT :limit")
    checked, changed = 0, []
    async with connection.stream(statement, {"limit": limit}) as rows:
        async for row in rows:
            checked += 1
            if content_hash_of(row) != row.content_sha256:
                changed.append(f"{row.report_id}/{row.version}")
    if changed:
        return error(
            "contents",
            f"{len(changed)} trong {checked} bản báo cáo khác với lúc nhận: "
            f"{', '.join(changed[:10])}",
            remedy="Có người hoặc đĩa hỏng đã sửa dữ liệu. Giữ nguyên hiện trạng, so với bản sao "
            "lưu, báo người phụ trách an toàn thông tin.",
        )
    return good("contents", f"{checked} bản báo cáo đúng như lúc nhận")
