"""Log lines: one form for ours and for the libraries'."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.observability.logs import configure_logs


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged; the logging of the test run is put back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield io.StringIO()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_holds_the_event_its_fields_and_what_is_bound(written: io.StringIO) -> None:
    configure_logs(json_lines=True, to=written)
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger().info("report_accepted", report_id=17, unit="Đồng Xoài")
    (line,) = lines(written)
    expected = {"event": "report_accepted", "report_id": 17, "request_id": "r-1"}
    assert expected.items() <= line.items()
    assert "Đồng Xoài" in written.getvalue()
    assert str(line["timestamp"]).endswith("Z")


def test_lines_of_libraries_have_the_same_form(written: io.StringIO) -> None:
    configure_logs(json_lines=True, to=written)
    logging.getLogger("uvicorn.error").warning("took %s", "long")
    (line,) = lines(written)
    assert (line["event"], line["level"], line["logger"]) == (
        "took long",
        "warning",
        "uvicorn.error",
    )


def test_less_important_lines_are_left_out(written: io.StringIO) -> None:
    configure_logs(json_lines=True, level="warning", to=written)
    structlog.get_logger().info("unimportant")
    logging.getLogger("uvicorn.error").info("unimportant")
    assert written.getvalue() == ""


def test_a_failure_shows_its_traceback_in_one_line(written: io.StringIO) -> None:
    configure_logs(json_lines=True, to=written)
    try:
        raise LookupError("the reason")
    except LookupError:
        structlog.get_logger().exception("service_failed")
    (line,) = lines(written)
    assert "LookupError: the reason" in str(line["exception"])


def test_a_person_gets_plain_text(written: io.StringIO) -> None:
    configure_logs(json_lines=False, to=written)
    structlog.get_logger().info("report_accepted", report_id=17)
    assert "report_accepted" in written.getvalue()
    assert "report_id=17" in written.getvalue()
