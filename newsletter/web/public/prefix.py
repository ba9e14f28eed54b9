"""Where the public address has a path of its own, as `https://pprnet.example/news`."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send


def prefix_of(web_url: str) -> str:
    """What all public paths begin with: `/news`, or nothing."""
    return urlsplit(web_url).path.rstrip("/")


class WithoutPrefix:
    """Takes the prefix off, where a proxy in front has left it there."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        path = scope.get("path", "")
        if self._prefix and f"{path}/".startswith(f"{self._prefix}/"):
            scope = {**scope, "path": path[len(self._prefix) :] or "/"}
        await self._app(scope, receive, send)
