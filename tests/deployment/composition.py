"""What docker-compose.yml, the Dockerfile and the Caddyfile say."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
COMPOSE_FILE = PROJECT / "docker-compose.yml"
CADDYFILE = PROJECT / "deploy" / "Caddyfile"
DOCKERFILE = PROJECT / "Dockerfile"

SERVICES = ("intake", "aggregator", "notifier")
OUR_CONTAINERS = ("migrate", *SERVICES)
SECRETS = {"POSTGRES_PASSWORD": "0123456789abcdef"}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<word>[^}]*))?\}")


def composition(environment: Mapping[str, str] = SECRETS) -> dict[str, Any]:
    """The file with its variables filled in, and `$$` read as `$`."""
    text = VARIABLE.sub(lambda found: _value(found, environment), COMPOSE_FILE.read_text())
    read: dict[str, Any] = yaml.safe_load(text.replace("$$", "$"))
    return read


def _value(found: re.Match[str], environment: Mapping[str, str]) -> str:
    given = environment.get(found["name"], "")
    if not given and found["kind"] == "?":
        raise KeyError(found["name"])
    return given or (found["word"] or "")


def entry_point() -> list[str]:
    """What the image puts before a container's command."""
    line = re.search(r"^ENTRYPOINT (\[.*\])$", DOCKERFILE.read_text(), re.MULTILINE)
    assert line is not None
    words: list[str] = json.loads(line[1])
    return words


@dataclass(frozen=True, slots=True)
class Container:
    """What is run, and with what environment."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]


def container(name: str) -> Container:
    described = composition()["services"][name]
    environment = {key: str(value or "") for key, value in described["environment"].items()}
    return Container(name, (*entry_point(), *described["command"]), environment)


def memory_limit(name: str) -> int:
    """In bytes."""
    written = composition()["services"][name]["mem_limit"]
    return int(written[:-1]) * {"m": 1024**2, "g": 1024**3}[written[-1]]


MATCHER = re.compile(r"@(?P<service>aggregator|notifier) \{(?P<lines>[^}]*)\}")


def routed_to(path: str) -> str:
    """Which service the Caddyfile gives a path to."""
    for found in MATCHER.finditer(CADDYFILE.read_text()):
        patterns = " ".join(line.strip() for line in found["lines"].splitlines()).split()
        if any(_matches(path, pattern) for pattern in patterns if pattern != "path"):
            return found["service"]
    return "intake"


def _matches(path: str, pattern: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1])
    return path == pattern
