"""What a check found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """The number is the exit status of `tonghop doctor` when nothing worse was found."""

    GOOD = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is stable snake_case; the rest is for people. No `remedy` where all is good."""

    check: str
    severity: Severity
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "check": self.check,
            "severity": self.severity.name.lower(),
            "found": self.found,
            "remedy": self.remedy,
        }


def good(check: str, found: str) -> Finding:
    return Finding(check, Severity.GOOD, found)


def warning(check: str, found: str, *, remedy: str) -> Finding:
    return Finding(check, Severity.WARNING, found, remedy)


def error(check: str, found: str, *, remedy: str) -> Finding:
    return Finding(check, Severity.ERROR, found, remedy)


def worst(findings: Iterable[Finding]) -> Severity:
    """GOOD when there is nothing."""
    return max((finding.severity for finding in findings), default=Severity.GOOD)
