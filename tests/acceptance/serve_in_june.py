"""What `tonghop serve all` runs, on a clock that is in June 2025: districts ended with that month.

    python -m tests.acceptance.serve_in_june INSTANT SECONDS

INSTANT is what the clock showed when the machine's monotonic clock stood at SECONDS, so that
business time goes on while the process is dead.
"""

import asyncio
import sys
import time
from datetime import datetime, timedelta

from services.all_in_one import serve
from services.parts import ServiceName
from shared.clock import DemoClock
from shared.observability.logs import configure_logs
from shared.settings import load_settings


def main(instant: str, seconds: str) -> int:
    """Serves until stopped; the exit status."""
    configure_logs(json_lines=True, level="warning")
    settings = load_settings()
    assert settings.database_url is not None
    passed = timedelta(seconds=time.monotonic() - float(seconds))
    clock = DemoClock(datetime.fromisoformat(instant) + passed)
    names = tuple(ServiceName)
    return asyncio.run(serve(settings, settings.database_url, names=names, clock=clock))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
