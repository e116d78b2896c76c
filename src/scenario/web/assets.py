"""The files of the page, read once: no path from a request reaches the file system."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
    "md": "text/plain; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
_INDEX: Final = "index.html"
_NO_PAGE: Final = (
    b"<!doctype html><title>scenario</title><p>The page's files are not installed. /api/v1 works."
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file.

    Attributes:
        data: What it holds.
        media_type: Its type.
        tag: Tells whether a browser has it already.
    """

    data: bytes
    media_type: str
    tag: str


class Assets:
    """The files, by their path below ``/static/``."""

    def __init__(self) -> None:
        self._assets = _read(resources.files("scenario.web").joinpath("static"), "")
        self._index = self._assets.get(_INDEX) or _asset(_INDEX, _NO_PAGE)

    async def static(self, request: Request) -> Response:
        """Answer with a file."""
        found = self._assets.get(request.path_params["path"])
        if found is None:
            return Response("There is no such file.", 404, media_type="text/plain")
        return _answer(request, found)

    async def page(self, request: Request) -> Response:
        """Answer with the page. Its screens have addresses after a ``#``; others lead there.

        Clients print the address of a batch as they know it, with slashes.
        """
        path = request.path_params["path"]
        if not path:
            return _answer(request, self._index)
        way = f"{'../' * path.count('/') or './'}#/{quote(path)}"
        return Response(status_code=303, headers={"location": way})


def _answer(request: Request, asset: Asset) -> Response:
    headers = {"etag": asset.tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == asset.tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.data, media_type=asset.media_type, headers=headers)


def _read(folder: Traversable, prefix: str) -> dict[str, Asset]:
    found: dict[str, Asset] = {}
    if not folder.is_dir():
        return found
    for each in folder.iterdir():
        if each.is_dir():
            found |= _read(each, f"{prefix}{each.name}/")
        elif each.name.rpartition(".")[2] in _TYPES:
            found[prefix + each.name] = _asset(each.name, each.read_bytes())
    return found


def _asset(name: str, data: bytes) -> Asset:
    return Asset(data, _TYPES[name.rpartition(".")[2]], f'"{hashlib.sha256(data).hexdigest()[:32]}"')
