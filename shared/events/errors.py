"""Errors of reading events that others wrote.

EventError
├── MalformedEvent
└── InvalidPayload
"""


class EventError(Exception):
    """Root of the tree; `code` is stable and is what a dead letter carries."""

    code = "event_error"


class MalformedEvent(EventError):
    """Not one of our events: an attribute is missing or unreadable, or the data is not JSON."""

    code = "malformed_event"


class InvalidPayload(EventError):
    """The envelope is sound, but the data does not have the shape of the event's type."""

    code = "invalid_payload"
