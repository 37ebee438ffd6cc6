"""Who sits at the command line, for the audit."""

import getpass
import os

from services.intake.accounts.records import Actor


def operator_name() -> str:
    """The name behind sudo, else the own one; a container's user may have only a number."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def operator() -> Actor:
    """The person at the command line."""
    return Actor(operator=operator_name())
