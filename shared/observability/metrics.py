"""Every metric of the system, with unit, labels and meaning. `/metrics` shows them.

Labels have few values: never an organization, a person or an identifier.
"""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_RELAYED = Counter(
    "tonghop_events_relayed_total",
    "Events given a position and published. log: postgres or kafka.",
    ["log"],
)

RELAY_BACKLOG = Gauge(
    "tonghop_relay_backlog_events",
    "Committed events that are not yet in the log. log: postgres or kafka.",
    ["log"],
)

CONSUMER_POSITION = Gauge(
    "tonghop_consumer_position",
    "Log position of the last event whose effect is durable. consumer: aggregator or notifier.",
    ["consumer"],
)

CONSUMER_LAG = Gauge(
    "tonghop_consumer_lag_events",
    "Events in the log that are not yet applied. consumer: aggregator or notifier.",
    ["consumer"],
)

DEAD_LETTERS = Counter(
    "tonghop_dead_letters_total",
    "Messages set aside because they are invalid. consumer: aggregator or notifier.",
    ["consumer"],
)

ROLLUP_BATCH_SECONDS = Histogram(
    "tonghop_rollup_batch_seconds",
    "Time in seconds to apply one batch of events and recompute the tree above them.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

MAILS = Counter(
    "tonghop_mails_total",
    "Attempts to hand a reminder over. outcome: sent, refused, unreachable or unknown.",
    ["outcome"],
)

# An alarm on growth does not see a count that first appears at 1: these begin at 0.
for _consumer in ("aggregator", "notifier"):
    DEAD_LETTERS.labels(_consumer)
for _outcome in ("sent", "refused", "unreachable", "unknown"):
    MAILS.labels(_outcome)
