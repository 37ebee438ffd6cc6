"""The aggregator with one route more: a ping that authenticates and answers ok.

The yardstick of `dashboard` runs in the same process as what is measured. Run:
`python -m services.bench.served`, with the settings of `tonghop serve aggregator`.
"""

import sys

from fastapi import APIRouter, Response

from services.all_in_one import serve
from services.parts import Part, ServiceName
from shared.clock import SystemClock
from shared.db.engine import create_engine
from shared.observability.logs import configure_logs
from shared.runtime import run
from shared.settings import Settings, load_settings
from shared.web.access import SignedIn
from shared.web.json import json_response

PING = "/api/v1/bench/ping"

router = APIRouter()


@router.get(PING)
async def ping(_: SignedIn) -> Response:
    """Who is signed in gets ok."""
    return json_response({"status": "ok"})


async def _serve(settings: Settings, dsn: str) -> int:
    engine = create_engine(dsn, pool_size=1)
    try:
        return await serve(
            settings,
            dsn,
            names=(ServiceName.AGGREGATOR,),
            clock=SystemClock(),
            extra=Part(engine=engine, routers=(router,)),
        )
    finally:
        await engine.dispose()


def main() -> None:
    settings = load_settings()
    configure_logs(json_lines=True, level=settings.log_level.value)
    sys.exit(run(_serve(settings, settings.database_url or "")))


if __name__ == "__main__":
    main()
