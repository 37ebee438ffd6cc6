"""What a child of `shared.children` runs. It imports little, since it is started for every file."""

import json
import resource
import sys
from importlib import import_module


def main(function: str, memory_bytes: int, cpu_seconds: int) -> None:
    """Its limits come before anything is imported or read."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, name = function.partition(":")
    options, _, content = sys.stdin.buffer.read().partition(b"\n")
    answer: bytes = getattr(import_module(module), name)(content, json.loads(options))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
