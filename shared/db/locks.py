"""Every advisory lock of the system, in one place: two that share a number wait for each other.

Locks of one node of the tree are hashes of its name (`services.aggregator.consuming.statements`).
"""

from enum import IntEnum, unique


@unique
class AdvisoryLock(IntEnum):
    """The first argument of `pg_advisory_lock` and its kin."""

    MIGRATION = 7_406_001
    RELAY = 7_406_002
    WHOLE_TREE = 7_406_003
    OBLIGATION_KEEPER = 7_406_004
    DISPATCHER = 7_406_005
    CATALOGUE_LOAD = 7_406_010
