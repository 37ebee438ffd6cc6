"""The whole system, on each of the two logs."""

from itertools import count

import pytest

from shared.settings import EventLogKind, Settings

_numbers = count(1)

LOGS = [
    EventLogKind.POSTGRES,
    pytest.param(EventLogKind.KAFKA, marks=pytest.mark.kafka),
]


@pytest.fixture(params=LOGS)
def log_settings(request: pytest.FixtureRequest) -> Settings:
    """The services' settings with each log in turn; topics are of the test's own."""
    if request.param is EventLogKind.POSTGRES:
        return Settings(demo=True)
    bootstrap_servers: str = request.getfixturevalue("kafka_bootstrap")
    return Settings(
        demo=True,
        event_log=EventLogKind.KAFKA,
        kafka_bootstrap_servers=bootstrap_servers,
        kafka_topic_prefix=f"acceptance-{next(_numbers)}",
        kafka_partitions=3,
    )
