"""Static files with the hash of their content in the address, so that they may be kept for ever."""

import hashlib
import os
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
CHECK_EACH_TIME = "no-cache"


class StaticUrls:
    """Addresses of files below `folder`, served at `/static/`."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        self.url = cache(self._url)

    def _url(self, name: str) -> str:
        digest = hashlib.sha256((self._folder / name).read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={digest}"


class KeptStaticFiles(StaticFiles):
    """Files whose address carries a hash are kept; others are asked for each time (by ETag)."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = FOREVER if hashed else CHECK_EACH_TIME
        return response
