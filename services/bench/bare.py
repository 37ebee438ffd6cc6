"""The yardstick of `submit`: a FastAPI endpoint that parses the body and stores the same rows.

No sign-in, no validation, no conflict, no replay: json, one statement, one commit. Everything but
the figures is prepared. On asyncpg's own pool as it comes, on uvloop and httptools. Run
`python -m services.bench.bare` with DATABASE_URL and TONGHOP_HTTP_PORT.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.intake.submissions.repository import SAVE_SUBMISSION
from shared.events.topics import EventType

CONNECTIONS = 10

OBLIGATIONS = """
SELECT o.*, a.id AS account_id, a.display_name, v.code
FROM log.obligation o
JOIN identity.account a USING (organization_id)
JOIN catalogue.organization_version v
  ON v.organization_id = o.organization_id AND v.valid_from <= o.cutoff_date
 AND (v.valid_to IS NULL OR v.valid_to > o.cutoff_date)
"""


@dataclass
class Head:
    """One report: what is the same each time, and how many versions it has."""

    row: Any
    version: int = 0


@dataclass
class Bare:
    """The pool, and every report by (organization, form, period)."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    heads: dict[tuple[str, str, str], Head]

    async def save(self, body: Any, *, key: str) -> tuple[int, str]:
        head = self.heads[body["organization"], body["form"], body["period"]]
        head.version += 1
        values = _values(head, json.dumps(body["figures"]), key=key)
        async with self.pool.acquire() as connection:
            stored = await connection.fetchrow(SAVE_SUBMISSION, *values)
        return stored["id"], stored["receipt_number"]


def create_app(dsn: str) -> FastAPI:
    """The application; it connects when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
            rows = await pool.fetch(OBLIGATIONS)
            app.state.bare = Bare(
                pool, {(row["code"], row["form"], row["period"]): Head(row) for row in rows}
            )
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/v1/submissions", status_code=201)
    async def submit(request: Request) -> JSONResponse:
        bare: Bare = request.app.state.bare
        report_id, receipt = await bare.save(
            await request.json(), key=request.headers["idempotency-key"]
        )
        return JSONResponse({"report_id": report_id, "receipt_number": receipt}, 201)

    return app


def _values(head: Head, figures: str, *, key: str) -> tuple[object, ...]:
    """The parameters of SAVE_SUBMISSION, in its order."""
    row, version, now, event_id = head.row, head.version, datetime.now(UTC), uuid4()
    return (
        row["id"],
        row["organization_id"],
        row["province_id"],
        row["regime"],
        row["form"],
        row["period"],
        version,
        "submitted",
        version,
        version,
        None,
        now,
        1,
        figures,
        False,
        "{}",
        row["account_id"],
        row["display_name"],
        now,
        "0" * 64,
        None,
        event_id,
        key,
        "0" * 64,
        _response(version, now=now, event_id=str(event_id)),
        EventType.REPORT_SUBMITTED.value,
        1,
        _event(row, figures, version=version, now=now),
        None,
        None,
        None,
        row["sequence"],
        row["period_sequence"],
    )


def _response(version: int, *, now: datetime, event_id: str) -> str:
    return (
        f'{{"version":{version},"sequence":{version},"state":"submitted",'
        f'"submitted_at":"{now.isoformat()}","on_time":true,"deadline":"2025-06-17T17:00:00+00:00",'
        f'"sha256":"{"0" * 64}","event_id":"{event_id}"}}'
    )


def _event(row: Any, figures: str, *, version: int, now: datetime) -> str:
    """As large as the real one, put together as text."""
    at = now.isoformat()
    return (
        f'{{"sequence":{version},"organization_id":{row["organization_id"]},'
        f'"organization_code":"{row["code"]}","province_id":{row["province_id"]},'
        f'"regime":"{row["regime"]}","form":"{row["form"]}","form_version":1,'
        f'"period":"{row["period"]}","state":"submitted","first_submitted_at":"{at}",'
        f'"live":{{"version":{version},"submitted_at":"{at}","nothing_to_report":false,'
        f'"figures":{figures}}},"official":null,"act":{{"verb":"submit",'
        f'"actor_id":{row["account_id"]},"actor_name":"{row["display_name"]}","at":"{at}",'
        f'"reason":null}}}}'
    )


def main() -> None:
    uvicorn.run(
        create_app(os.environ["DATABASE_URL"]),
        port=int(os.environ["TONGHOP_HTTP_PORT"]),
        access_log=False,
        log_level="warning",
        loop="uvloop",
        http="httptools",
    )


if __name__ == "__main__":
    main()
