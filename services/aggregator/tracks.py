"""The two sums that are shown side by side and never mixed."""

from enum import StrEnum


class Track(StrEnum):
    """`LIVE`: what was submitted last. `OFFICIAL`: what was last approved by its receiver."""

    LIVE = "live"
    OFFICIAL = "official"
