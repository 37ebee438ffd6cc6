"""The envelope of events: CloudEvents 1.0, in binary mode on Kafka and in JSON elsewhere.

Extension attributes are strings, because a CloudEvents integer has 32 bits and positions outgrow
it. Binary mode: https://github.com/cloudevents/spec, "Kafka Protocol Binding", section 3.2.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID, uuid4

from shared.domain.time import rfc3339
from shared.events.errors import MalformedEvent
from shared.events.payloads import Payload
from shared.events.topics import EventType

SPECIFICATION_VERSION = "1.0"
CONTENT_TYPE = "application/json"
CONTENT_TYPE_HEADER = "content-type"
HEADER_PREFIX = "ce_"

Headers = list[tuple[str, bytes]]
Parsed = TypeVar("Parsed")

_read_json = partial(json.loads, parse_float=Decimal)
_write_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What an act says happened, to be stored in the transaction of the act.

    `subject` is the kind and number of what it is about, as in "report/123". `province_id` is the
    key: None for the catalogue, which every consumer must see. `catalogue_number` is the change
    of the catalogue that the act was judged by.
    """

    type: EventType
    subject: str
    province_id: int | None
    catalogue_number: int
    data: Payload
    occurred_at: datetime
    event_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event with its place in the log. `type` may be one that this program does not know.

    `data` is decoded JSON in which figures are text; `data_text` is the same as stored, if known.
    """

    event_id: UUID
    type: str
    subject: str
    province_id: int | None
    catalogue_number: int
    data: Mapping[str, Any]
    occurred_at: datetime
    position: int
    recorded_at: datetime
    data_text: str | None = field(default=None, compare=False, repr=False)


class KafkaMessage(NamedTuple):
    """An event as Kafka carries it."""

    key: bytes | None
    value: bytes
    headers: Headers


class Received(NamedTuple):
    """An event as read from Kafka.

    `previous_position` is that of the event before it in its partition, 0 for the first: what
    shows a hole. `source` is the log that the event belongs to.
    """

    event: RecordedEvent
    previous_position: int
    source: str


def to_kafka(event: RecordedEvent, *, previous_position: int, source: str) -> KafkaMessage:
    """The event in binary mode: attributes in headers, the bare data as the value."""
    attributes = _attributes(event, source=source)
    attributes["previousposition"] = str(previous_position)
    headers = [(HEADER_PREFIX + name, text.encode()) for name, text in attributes.items()]
    headers.append((CONTENT_TYPE_HEADER, CONTENT_TYPE.encode()))
    key = None if event.province_id is None else str(event.province_id).encode()
    return KafkaMessage(key=key, value=data_text(event).encode(), headers=headers)


def from_kafka(value: bytes | None, *, headers: Iterable[tuple[str, bytes]]) -> Received:
    """The event that a message carries; attributes it does not know are ignored.

    Raises:
        MalformedEvent: an attribute is missing or unreadable, or the value is no JSON object.
    """
    attributes = dict(_header_texts(headers))
    text = _parse("data", (value or b"").decode, "the value is not UTF-8")
    event = _event(attributes, data=_data(text), text=text)
    previous = _number(attributes, "previousposition")
    return Received(event=event, previous_position=previous, source=_text(attributes, "source"))


def to_json(event: RecordedEvent, *, source: str) -> str:
    """The event in CloudEvents' JSON format, on one line."""
    attributes = {**_attributes(event, source=source), "datacontenttype": CONTENT_TYPE}
    return f'{_write_json(attributes)[:-1]},"data":{data_text(event)}}}'


def from_json(text: str) -> RecordedEvent:
    """The event that `to_json` wrote.

    Raises:
        MalformedEvent: as `from_kafka`.
    """
    document = _data(text)
    data = document.get("data")
    if not isinstance(data, dict):
        raise MalformedEvent("data: it is not a JSON object")
    return _event({name: str(value) for name, value in document.items()}, data=data, text=None)


def data_text(event: RecordedEvent) -> str:
    """The data as JSON text: that stored, if it is known."""
    return event.data_text if event.data_text is not None else _write_json(event.data)


def _attributes(event: RecordedEvent, *, source: str) -> dict[str, str]:
    attributes = {
        "specversion": SPECIFICATION_VERSION,
        "id": str(event.event_id),
        "source": source,
        "type": event.type,
        "subject": event.subject,
        "time": rfc3339(event.occurred_at),
        "position": str(event.position),
        "recordedat": rfc3339(event.recorded_at),
        "cataloguenumber": str(event.catalogue_number),
    }
    if event.province_id is not None:
        attributes["provinceid"] = str(event.province_id)
    return attributes


def _event(
    attributes: Mapping[str, str], *, data: Mapping[str, Any], text: str | None
) -> RecordedEvent:
    if _text(attributes, "specversion") != SPECIFICATION_VERSION:
        raise MalformedEvent(f"specversion: it is not {SPECIFICATION_VERSION}")
    province = "provinceid" in attributes
    return RecordedEvent(
        event_id=_parse("id", partial(UUID, _text(attributes, "id")), "it is not a UUID"),
        type=_text(attributes, "type"),
        subject=_text(attributes, "subject"),
        province_id=_number(attributes, "provinceid") if province else None,
        catalogue_number=_number(attributes, "cataloguenumber"),
        data=data,
        occurred_at=_instant(attributes, "time"),
        position=_number(attributes, "position"),
        recorded_at=_instant(attributes, "recordedat"),
        data_text=text,
    )


def _header_texts(headers: Iterable[tuple[str, bytes]]) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        if name.startswith(HEADER_PREFIX):
            attribute = name.removeprefix(HEADER_PREFIX)
            yield attribute, _parse(attribute, value.decode, "it is not UTF-8")


def _data(text: str) -> dict[str, Any]:
    data = _parse("data", partial(_read_json, text), "it is not JSON")
    if not isinstance(data, dict):
        raise MalformedEvent("data: it is not a JSON object")
    return data


def _text(attributes: Mapping[str, str], name: str) -> str:
    value = attributes.get(name)
    if not value:
        raise MalformedEvent(f"{name}: the attribute is missing")
    return value


def _number(attributes: Mapping[str, str], name: str) -> int:
    text = _text(attributes, name)
    if not (text.isascii() and text.isdigit()):
        raise MalformedEvent(f"{name}: it is not a whole number")
    return int(text)


def _instant(attributes: Mapping[str, str], name: str) -> datetime:
    text = _text(attributes, name)
    instant = _parse(name, partial(datetime.fromisoformat, text), "it is not an instant")
    if instant.tzinfo is None:
        raise MalformedEvent(f"{name}: it has no time zone")
    return instant


def _parse(name: str, parse: Callable[[], Parsed], fault: str) -> Parsed:
    try:
        return parse()
    except (ValueError, AttributeError, RecursionError):
        raise MalformedEvent(f"{name}: {fault}") from None
