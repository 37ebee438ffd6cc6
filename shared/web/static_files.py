"""Static files with the hash of their content in the address, so that they may be kept for ever."""

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
CHECK_EACH_TIME = "no-cache"


class StaticUrls:
    """Addresses of the files below `folders`, served at `/static/`; the first that has it wins."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self.url = cache(self._url)

    def _url(self, name: str) -> str:
        """Raises FileNotFoundError: a page asks for a file that no folder has."""
        path = next((folder / name for folder in self._folders if (folder / name).is_file()), None)
        if path is None:
            raise FileNotFoundError(f"no folder of static files has {name}")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={digest}"


class KeptStaticFiles(StaticFiles):
    """Files whose address carries a hash are kept; others are asked for each time (by ETag)."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(directory=folders[0])
        self.all_directories = list(folders)

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
