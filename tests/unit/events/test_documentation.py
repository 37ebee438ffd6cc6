"""docs/events.md names what the code publishes, and its example is valid."""

import json
import re
from pathlib import Path

from shared.events.envelope import HEADER_PREFIX, to_kafka
from shared.events.payloads import SCHEMAS, ReportStateV1
from shared.events.topics import EventType
from tests.unit.events.test_envelope import EVENT, SOURCE

PAGE = Path(__file__).parents[3].joinpath("docs", "events.md").read_text(encoding="utf-8")


def test_every_event_type_and_schema_is_documented() -> None:
    assert all(f"`{kind}`" in PAGE for kind in EventType)
    assert all(f"schemas/{name}.json" in PAGE for name in SCHEMAS)


def test_every_header_is_documented() -> None:
    sent = {name for name, _ in to_kafka(EVENT, previous_position=0, source=SOURCE).headers}
    documented = set(re.findall(rf"^\| `((?:{HEADER_PREFIX})?[a-z-]+)` \|", PAGE, re.MULTILINE))
    assert sent == documented


def test_the_example_is_a_valid_report() -> None:
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    report = ReportStateV1.model_validate_json(example)
    assert report.model_dump(mode="json", exclude_unset=True) == json.loads(example)
