"""Reading payloads inside a handler: what has the wrong shape is parked."""

from shared.events.envelope import RecordedEvent
from shared.events.errors import InvalidPayload
from shared.events.payloads import AnyPayload, read_payload
from shared.messaging.errors import PoisonEvent


def payload_of(event: RecordedEvent, model: type[AnyPayload]) -> AnyPayload:
    """The event's data as the payload.

    Raises:
        PoisonEvent: it has another shape.
    """
    try:
        return read_payload(event.data, model)
    except InvalidPayload as error:
        raise PoisonEvent(event, code=error.code, reason=str(error)) from error
