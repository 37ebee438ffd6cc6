"""What the services lean on beside the database: disk, broker, mail server, calendar."""

import shutil
from collections.abc import Collection
from datetime import date
from pathlib import Path

import aiosmtplib

from services.doctor.findings import Finding, error, good, warning
from shared.catalogue.schemas import CalendarFile
from shared.messaging.errors import LogUnavailable
from shared.messaging.kafka_topics import KafkaOptions, describe_topics
from shared.settings import EventLogKind, MailSecurity, Settings

DISK_WARNED, DISK_REFUSED = 0.20, 0.05
GIGABYTE = 1_000_000_000
MAIL_TIMEOUT_SECONDS = 10


def check_disk(folder: Path) -> Finding:
    """Of the disk that holds the data folder, or will hold it."""
    existing = next(each for each in (folder.resolve(), *folder.resolve().parents) if each.exists())
    usage = shutil.disk_usage(existing)
    share = usage.free / usage.total
    told = f"còn {usage.free / GIGABYTE:.1f} GB ({share:.0%}) trên đĩa của {folder}"
    remedy = "Dọn đĩa hoặc thêm đĩa. Khi đĩa đầy, hệ thống từ chối nhận báo cáo (503)."
    if share < DISK_REFUSED:
        return error("disk", told, remedy=remedy)
    return warning("disk", told, remedy=remedy) if share < DISK_WARNED else good("disk", told)


def check_calendar(calendars: Collection[CalendarFile], *, today: date) -> list[Finding]:
    """Deadlines of this and the coming year are counted in working days."""
    known = {each.year: each for each in calendars if not each.retracted}
    return [_year(known.get(year), year=year, today=today) for year in (today.year, today.year + 1)]


def _year(calendar: CalendarFile | None, *, year: int, today: date) -> Finding:
    check = "calendar_this_year" if year == today.year else "calendar_next_year"
    remedy = f"Nạp gói lịch làm việc có năm {year} theo thông báo nghỉ lễ: tonghop catalogue load."
    if calendar is None:
        told = f"không có lịch làm việc năm {year}: chỉ thứ Bảy, Chủ nhật được coi là ngày nghỉ"
        tell = error if year == today.year else warning
        return tell(check, told, remedy=remedy)
    if calendar.estimated:
        return warning(check, f"lịch làm việc năm {year} là ước tính", remedy=remedy)
    return good(check, f"lịch làm việc năm {year} theo thông báo")


async def check_broker(settings: Settings) -> Finding:
    if settings.event_log is EventLogKind.POSTGRES:
        return good("broker", "nhật ký sự kiện nằm trong PostgreSQL, không cần Kafka")
    if settings.kafka_bootstrap_servers is None:
        remedy = "Đặt TONGHOP_KAFKA_BOOTSTRAP_SERVERS, hoặc TONGHOP_EVENT_LOG=postgres."
        return error("broker", "chưa đặt địa chỉ Kafka", remedy=remedy)
    options = KafkaOptions(
        bootstrap_servers=settings.kafka_bootstrap_servers, prefix=settings.kafka_topic_prefix
    )
    try:
        partitions = await describe_topics(options)
    except LogUnavailable as fault:
        remedy = "Khởi động Kafka. Báo cáo vẫn được nhận; số tổng hợp và nhắc việc chờ."
        return error("broker", str(fault), remedy=remedy)
    return _topics(options, partitions)


def _topics(options: KafkaOptions, partitions: dict[str, int]) -> Finding:
    missing = {options.events, options.dead_letters} - set(partitions)
    if missing:
        return warning(
            "broker",
            f"Kafka trả lời, chưa có chủ đề {', '.join(sorted(missing))}",
            remedy="Bình thường trước lần chạy đầu tiên: intake sẽ tạo. Nếu đã từng chạy, xem "
            "“When Kafka's disk is lost” trong docs/operations.md.",
        )
    return good("broker", f"chủ đề {options.events} có {partitions[options.events]} phân vùng")


async def check_mail(settings: Settings) -> Finding:
    """Greets the server, with TLS and the account if they are set; no mail is sent."""
    if settings.smtp_host is None:
        return warning(
            "mail",
            "chưa đặt máy chủ thư: nhắc việc được quyết định nhưng không gửi đi",
            remedy="Đặt TONGHOP_SMTP_HOST và các thiết đặt TONGHOP_SMTP_* (docs/settings.md).",
        )
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        await _greet(settings)
    except (aiosmtplib.SMTPException, OSError) as fault:
        remedy = "Kiểm tra TONGHOP_SMTP_* và tường lửa; xem các lần gửi ở trang /reminders."
        return error("mail", f"{where}: {fault or type(fault).__name__}", remedy=remedy)
    if settings.smtp_security is MailSecurity.NONE:
        remedy = "Dùng TONGHOP_SMTP_SECURITY=starttls hoặc tls nếu máy chủ thư ở máy khác."
        return warning("mail", f"{where} trả lời, không mã hóa", remedy=remedy)
    return good("mail", f"{where} trả lời, có mã hóa ({settings.smtp_security})")


async def _greet(settings: Settings) -> None:
    password = settings.smtp_password
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        use_tls=settings.smtp_security is MailSecurity.TLS,
        start_tls=settings.smtp_security is MailSecurity.STARTTLS,
        timeout=MAIL_TIMEOUT_SECONDS,
    )
    try:
        await client.connect()
        await client.ehlo()
    finally:
        client.close()
