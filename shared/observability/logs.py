"""Logs: one line a fact, a constant event name and fields, to standard error.

Lines of libraries, which use the standard library's logging, are written in the same form.
"""

import logging
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import structlog
from pydantic_core import to_json
from structlog.typing import Processor

# Libraries whose ordinary lines say nothing that ours do not.
_QUIET_LIBRARIES = ("aiokafka", "alembic", "asyncio", "httpx", "mail.log", "sqlalchemy")


def configure_logs(
    *, json_lines: bool, level: str = "info", to: TextIO | None = None, lasting: bool = False
) -> None:
    """Call once, before the first line. `level` is debug, info, warning or error.

    `lasting` says that nobody configures anew: each logger is then put together once, not for each
    line.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    stream = to or sys.stderr
    render = _renderers(json_lines=json_lines, colors=stream.isatty())
    structlog.configure(
        processors=[*_shared_processors(), *render],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=lasting,
    )
    _configure_libraries(render, least=least, stream=stream)


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _renderers(*, json_lines: bool, colors: bool) -> list[Processor]:
    if not json_lines:
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(serializer=_json_line),
    ]


def _json_line(fields: Any, **_: Any) -> str:
    return to_json(fields, fallback=str).decode()


def _configure_libraries(render: Sequence[Processor], *, least: int, stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared_processors(), structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    logging.basicConfig(handlers=[handler], level=least, force=True)
    for name in _QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(least, logging.WARNING))
