"""The names of events and topics; they are published, so they never change meaning."""

from enum import StrEnum


class EventType(StrEnum):
    """CloudEvents `type`. Another shape of payload is another version, never the same name."""

    REPORT_SUBMITTED = "vn.tonghop.report.submitted.v1"
    REPORT_RETURNED = "vn.tonghop.report.returned.v1"
    REPORT_APPROVED = "vn.tonghop.report.approved.v1"
    REPORT_WITHDRAWN = "vn.tonghop.report.withdrawn.v1"
    REPORT_CLOSED = "vn.tonghop.report.closed.v1"
    REPORT_REOPENED = "vn.tonghop.report.reopened.v1"
    OBLIGATION_OPENED = "vn.tonghop.obligation.opened.v1"
    OBLIGATION_FIXED = "vn.tonghop.obligation.fixed.v1"
    OBLIGATION_EXCLUDED = "vn.tonghop.obligation.excluded.v1"
    OBLIGATION_EXTENDED = "vn.tonghop.obligation.extended.v1"
    OBLIGATION_INCLUDED = "vn.tonghop.obligation.included.v1"
    OBLIGATION_TRANSFERRED = "vn.tonghop.obligation.transferred.v1"
    PERIOD_CLOSED = "vn.tonghop.period.closed.v1"
    PERIOD_REOPENED = "vn.tonghop.period.reopened.v1"
    AGGREGATE_SIGNED_OFF = "vn.tonghop.aggregate.signed_off.v1"
    RELEASE_PUBLISHED = "vn.tonghop.release.published.v1"
    CATALOGUE_CHANGED = "vn.tonghop.catalogue.changed.v1"


REPORT_EVENTS = frozenset(kind for kind in EventType if kind.startswith("vn.tonghop.report."))
OBLIGATION_EVENTS = frozenset(
    kind for kind in EventType if kind.startswith("vn.tonghop.obligation.")
)
PERIOD_EVENTS = frozenset(kind for kind in EventType if kind.startswith("vn.tonghop.period."))


def period_subject(regime: str, period: str, *, province_id: int) -> str:
    """What events of a period of a regime in a province are about."""
    return f"period/{province_id}/{regime}/{period}"


def events_topic(prefix: str) -> str:
    """The topic of all events: one partition per group of provinces."""
    return f"{prefix}.events"


def dead_letters_topic(prefix: str) -> str:
    """The topic of what a consumer could not use, with where it was and why."""
    return f"{prefix}.dead-letters"
