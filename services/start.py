"""Where the program `tonghop` begins: little, to understand Ctrl-C while the rest is read."""

import sys
from importlib import import_module

INTERRUPTED = 130
"""What shells take for a program that Ctrl-C ended."""


def main() -> None:
    """The entry point of the distribution."""
    try:
        import_module("services.cli").main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
